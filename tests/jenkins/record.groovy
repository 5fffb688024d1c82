// Runs a job-dsl script and prints the calls that it makes as JSON: [{"name", "arguments", "calls"}].
class Recorded extends GroovyObjectSupport {
    List found = []

    Object invokeMethod(String name, Object given) {
        List arguments = (given as List) + []
        def body = arguments && arguments[-1] instanceof Closure ? arguments.pop() as Closure : null
        def inner = new Recorded()
        if (body) {
            def running = body.clone() as Closure
            running.delegate = inner
            running.resolveStrategy = Closure.DELEGATE_FIRST
            running.call()
        }
        found << [name: name, arguments: arguments, calls: inner.found]
        null
    }
}

def top = new Recorded()
def script = new GroovyShell().parse(new File(args[0]))
script.metaClass.methodMissing = { String name, given -> top.invokeMethod(name, given) }
script.run()
println groovy.json.JsonOutput.toJson(top.found)
