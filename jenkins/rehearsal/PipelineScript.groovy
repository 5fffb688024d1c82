/** What the Jenkinsfile is compiled to: bare names are env, currentBuild and variables; bare calls are steps. */
abstract class PipelineScript extends Script {
    Build rehearsed() { binding.getVariable('__build') as Build }

    def pipeline(Closure body) {
        rehearsed().root = new Section(name: 'pipeline', body: body)
        rehearsed().root.read(this)
    }

    Object getProperty(String name) {
        if (name in ['binding', 'metaClass', 'class'] || binding.hasVariable(name)) return super.getProperty(name)
        if (name == 'env') return rehearsed().env
        if (name == 'currentBuild') return rehearsed().currentBuild
        if (name == 'params') return rehearsed().params
        if (name == 'scm') return 'scm'
        def value = rehearsed().env.all()[name]
        if (value == null) throw new MissingPropertyException(name, getClass())
        value
    }

    def methodMissing(String name, Object arguments) { rehearsed().steps.invokeMethod(name, arguments) }
}
