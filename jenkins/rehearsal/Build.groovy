/** One rehearsed build: which stages run, in which order Declarative looks at when, input, agent, environment, post. */
class Build {
    static final List<String> BETTER_FIRST = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']
    /** Post conditions in the order in which Declarative looks at them. */
    static final List<String> POST = ['always', 'changed', 'fixed', 'regression', 'aborted', 'failure', 'success', 'unstable',
                                      'unsuccessful', 'notBuilt', 'cleanup']

    Map asked
    Section root
    Object script
    /** Functions that the Jenkinsfile defines itself. */
    Set<String> functions = []
    Env env = new Env()
    Map params = [:]
    Map currentBuild
    List<Map> events = []
    Map stage = [name: '(pipeline)', result: 'SUCCESS']
    File folder
    List<File> folders = []
    Steps steps = new Steps(build: this)
    long startedAt = System.currentTimeMillis()

    static String worst(String one, String other) { [one, other].max { BETTER_FIRST.indexOf(it) } }

    void note(Map event) {
        def whole = [stage: stage.name] + event
        events << whole
        println '### ' + groovy.json.JsonOutput.toJson(whole)
    }

    void begin() {
        currentBuild = [result: null, currentResult: 'SUCCESS', description: null, previousBuild: asked.previous ? [result: asked.previous] : null]
        env.layers[0].putAll(System.getenv().subMap(asked.keep))
        env.layers[0].PATH = asked.path
        def name = asked.change ? "PR-$asked.change" : asked.branch
        env.layers[0].putAll([BRANCH_NAME: "$name".toString(), BUILD_NUMBER: '7', BUILD_TAG: "jenkins-models-$name-7".toString(), CI: 'true',
                              BUILD_URL: "https://jenkins.example.org/job/models/job/$name/7/".toString()])
        env.layers[0].putAll(asked.variables)
        // A pull request is built merged with main, under a name of its own.
        if (asked.change) env.layers[0].putAll([CHANGE_ID: "$asked.change".toString(), CHANGE_TARGET: 'main'])
    }

    void run() {
        note(triggers: root.under('triggers').collect { "${it.name} ${it.value()}".toString() }, cause: asked.cause)
        StepFailed failure = null
        onAgent(root) {
            inEnvironment(root) {
                failure = sequence(root['stages'], null)
                stage = [name: '(pipeline)', result: 'SUCCESS']
                failure = post(root, failure) ?: failure
            }
        }
        if (failure) result(failure.result)
    }

    void result(String found) { currentBuild.result = currentBuild.currentResult = worst(currentBuild.currentResult, found) }

    StepFailed sequence(Section stages, String skipped) {
        StepFailed first = null
        stages.sections.each { part -> first = runStage(part, first ? 'an earlier stage failed' : skipped) ?: first }
        first
    }

    StepFailed runStage(Section part, String skipped) {
        if (part['matrix']) throw new StepFailed("the rehearsal does not know matrix, in stage '${part.title()}'")
        def outer = stage
        stage = [name: part.title(), result: 'SUCCESS']
        try {
            return skipped ? skip(part, skipped) : entered(part)
        } finally {
            outer.result = worst(outer.result, stage.result)
            stage = outer
        }
    }

    StepFailed skip(Section part, String why) {
        note(skipped: why)
        (part.under('stages') + part.under('parallel')).each { runStage(it, why) }
        null
    }

    /** The order of Declarative: options, input, agent and when, unless `beforeInput` and its like put when first. */
    StepFailed entered(Section part) {
        def flags = part.under('when').findAll { it.name.startsWith('before') && it.value() }*.name
        boolean early = flags.contains('beforeOptions') || (flags.contains('beforeInput') && part['input'])
        boolean holds = part.under('when').every { holds(it) }
        if (early && !holds) return skip(part, 'when')
        part.under('options').each { note(option: it.name, arguments: it.arguments) }
        StepFailed failure = null
        Map answers = [:]
        try {
            if (part['input']) answers = ask(part['input'])
            if (!holds) return skip(part, 'when')
            env.with(answers) { onAgent(part) { failure = content(part) } }
        } catch (StepFailed no) {
            failure = no
            note(refused: no.message)
        }
        if (failure) stage.result = worst(stage.result, failure.result)
        note(ended: stage.result)
        failure
    }

    StepFailed content(Section part) {
        StepFailed failure = null
        note(began: true)
        inEnvironment(part) {
            try {
                if (part['parallel']) part.under('parallel').each { failure = runStage(it, null) ?: failure }
                else if (part['stages']) failure = sequence(part['stages'], null)
                else code(part['steps'].body)
            } catch (StepFailed found) { failure = found }
            failure = post(part, failure) ?: failure
        }
        failure
    }

    Map ask(Section input) {
        note(asked: input['message'].value(), submitter: input['submitter']?.value())
        if (!asked.approve) throw new StepFailed("Rejected by ${asked.approver}", 'ABORTED')
        def answers = input.under('parameters').collectEntries { [it.named().name, it.named().defaultValue ?: ''] }
        def who = input['submitterParameter']?.value()
        answers + (who ? [(who): asked.approver] : [:])
    }

    void onAgent(Section part, Closure body) {
        def agent = part['agent']
        agent?.body ? inFolder(agent['label'].value() as String, body) : body()
    }

    void inFolder(String label, Closure body) {
        def there = asked.workspaces[label]
        if (!there) throw new StepFailed("There are no nodes with the label '$label'")
        note(agent: label)
        folders << folder
        folder = new File(there)
        try { env.with([WORKSPACE: folder.path, NODE_LABELS: label], body) } finally { folder = folders.pop() }
    }

    void inEnvironment(Section part, Closure body) {
        def declared = part['environment']
        if (!declared) { body(); return }
        env.with([:]) {
            def reading = declared.body.clone() as Closure
            reading.delegate = new Assigning(build: this)
            reading.resolveStrategy = Closure.DELEGATE_FIRST
            reading.call()
            body()
        }
    }

    void code(Closure body) {
        def running = body.clone() as Closure
        running.delegate = steps
        running.resolveStrategy = Closure.DELEGATE_FIRST
        running.call()
    }

    /** Conditions look at the build's result so far too: after an UNSTABLE a good stage is not a `success`. */
    StepFailed post(Section part, StepFailed failure) {
        StepFailed first = null
        def found = worst(worst(currentBuild.currentResult, failure?.result ?: 'SUCCESS'), stage.result)
        def before = currentBuild.previousBuild?.result
        def meets = [always: true, cleanup: true, changed: before != found, fixed: found == 'SUCCESS' && before in ['FAILURE', 'UNSTABLE'],
                     regression: before && BETTER_FIRST.indexOf(found) > BETTER_FIRST.indexOf(before), aborted: found == 'ABORTED',
                     failure: found == 'FAILURE', success: found == 'SUCCESS', unstable: found == 'UNSTABLE',
                     unsuccessful: found != 'SUCCESS', notBuilt: found == 'NOT_BUILT']
        POST.findAll { meets[it] && part['post']?.getAt(it) }.each { condition ->
            note(post: condition)
            def kept = currentBuild.currentResult
            currentBuild.currentResult = worst(kept, found)
            try { code(part['post'][condition].body) } catch (StepFailed bad) {
                note(postFailed: bad.message)
                first = first ?: bad
            } finally { if (!currentBuild.result) currentBuild.currentResult = kept }
        }
        first
    }

    boolean holds(Section condition) {
        switch (condition.name) {
            case ['beforeAgent', 'beforeInput', 'beforeOptions']: return true
            case 'allOf': return condition.sections.every { holds(it) }
            case 'anyOf': return condition.sections.any { holds(it) }
            case 'not': return !holds(condition.sections[0])
            case 'branch': return !asked.change && env.BRANCH_NAME == condition.value()
            case 'changeRequest': return asked.change as boolean
            case 'triggeredBy': return condition.value() == asked.cause
            case 'environment': return env.getProperty(condition.named().name) == condition.named().value
            case 'expression':
                def asking = condition.body.clone() as Closure
                asking.delegate = steps
                asking.resolveStrategy = Closure.DELEGATE_FIRST
                return asking.call() as boolean
            default: throw new StepFailed("the rehearsal does not know the condition '$condition.name'")
        }
    }
}

/** The delegate of `environment { NAME = value }`. */
class Assigning extends GroovyObjectSupport {
    Build build

    void setProperty(String name, Object value) {
        if (name == 'build') this.@build = value as Build
        else this.@build.env.layers[-1][name] = "$value".toString()
    }
    Object getProperty(String name) { this.@build.script.getProperty(name) }
}
