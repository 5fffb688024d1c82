/** What the Jenkinsfile is compiled to: bare names are env, currentBuild and variables; bare calls are steps. */
abstract class PipelineScript extends Script {
    Build build() { binding.getVariable('__build') as Build }

    def pipeline(Closure body) {
        build().root = new Section(name: 'pipeline', body: body)
        build().root.read(this)
    }

    Object getProperty(String name) {
        if (name == 'binding' || binding.hasVariable(name)) return super.getProperty(name)
        if (name == 'env') return build().env
        if (name == 'currentBuild') return build().currentBuild
        if (name == 'params') return build().params
        if (name == 'scm') return 'scm'
        def value = build().env.all()[name]
        if (value == null) throw new MissingPropertyException(name, getClass())
        value
    }

    def methodMissing(String name, Object arguments) { build().steps.invokeMethod(name, arguments) }
}
