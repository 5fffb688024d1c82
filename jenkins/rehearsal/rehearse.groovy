// The Jenkinsfile, carried out without Jenkins: its `sh` run in real shells, stages and post blocks in Declarative's order.
//   groovy -cp jenkins/rehearsal jenkins/rehearsal/rehearse.groovy Jenkinsfile situation.json ...
// Lines that begin with ### are events as JSON; the last one of a situation says how its build ended. Parallel branches
// run one after another; agents are folders; locks, milestones and timeouts are noted and taken as granted.
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

def source = new File(args[0])
def compiled = new CompilerConfiguration(scriptBaseClass: PipelineScript.name)
args.drop(1).each { file ->
    def build = new Build(asked: new JsonSlurper().parse(new File(file)) as Map)
    build.note(situation: build.asked.name)
    build.begin()
    build.script = new GroovyShell(Build.classLoader, new Binding(__build: build), compiled).parse(source.getText('UTF-8'), 'Jenkinsfile')
    build.functions = build.script.getClass().declaredMethods*.name.findAll { !(it in ['run', 'main']) && !it.contains('$') } as Set
    build.script.run()
    build.run()
    build.note(result: build.currentBuild.currentResult, description: build.currentBuild.description)
}
