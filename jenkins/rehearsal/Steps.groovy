import org.apache.tools.ant.types.selectors.SelectorUtils

/** The delegate of `steps`: what the Jenkinsfile uses is carried out for real; a step that is not known here is an error. */
class Steps extends GroovyObjectSupport {
    Build build
    Map<String, File> stashes = [:]
    Set<String> bound = []

    Object getProperty(String name) { name in ['build', 'stashes', 'bound'] ? this."@$name" : this.@build.script.getProperty(name) }

    Object invokeMethod(String name, Object given) {
        List arguments = (given as List) + []
        if (this.@build.functions.contains(name)) return this.@build.script.invokeMethod(name, given)
        def body = arguments && arguments[-1] instanceof Closure ? arguments.pop() as Closure : null
        Map named = (arguments.find { it instanceof Map } ?: [:]) as Map
        if (named.target) named = named.target as Map
        def value = arguments.find { !(it instanceof Map) }
        switch (name) {
            case 'sh': return shell(named.script ?: value)
            case 'echo': println "    ${named.message ?: value}"; return null
            case 'error': throw new StepFailed("${named.message ?: value}")
            case 'warnError': return warned(named.message ?: value, body)
            case ['script', 'timestamps']: return this.@build.code(body)
            case ['lock', 'timeout']: this.@build.note((name): arguments); return this.@build.code(body)
            case 'milestone': this.@build.note(milestone: value ?: named.ordinal); return null
            case 'checkout': this.@build.note(checkout: this.@build.folder.name); return null
            case 'node': return this.@build.inFolder("$value") { this.@build.code(body) }
            case 'withEnv': return this.@build.env.with(pairs((value ?: named.overrides) as List)) { this.@build.code(body) }
            case 'withCredentials': return credentials((value ?: named.bindings) as List, body)
            case ['file', 'string', 'usernamePassword']: return [kind: name] + named
            case 'writeFile': return write(named)
            case 'readFile': return at(named.file ?: value).getText('UTF-8')
            case 'fileExists': return at(named.file ?: value).exists()
            case 'stash': return stash(named)
            case 'unstash': return unstash("${named.name ?: value}")
            case 'junit': return junit(named.testResults ? named : [testResults: value] + named)
            case 'publishHTML': return publish(named)
            case 'archiveArtifacts': return archive(named.artifacts ? named : [artifacts: value] + named)
            default: throw new StepFailed("No such DSL method '$name' found among steps")
        }
    }

    private File at(Object path) {
        def file = new File(this.@build.folder, "$path")
        if (!file.exists()) throw new StepFailed("java.nio.file.NoSuchFileException: $file")
        file
    }

    private Object write(Map named) {
        if (named.text == null) throw new StepFailed('writeFile: Missing required parameter: "text"')
        def file = new File(this.@build.folder, "$named.file")
        file.parentFile.mkdirs()
        file.setText("$named.text", 'UTF-8')
        this.@build.note(wrote: named.file)
        null
    }

    /** The step's failure becomes UNSTABLE, of the stage and of the build; a person's stop goes through. */
    private Object warned(Object message, Closure body) {
        try { return this.@build.code(body) } catch (StepFailed failed) {
            if (failed.result != 'FAILURE') throw failed
            this.@build.note(warned: "$message".toString())
            unstable()
        }
    }

    private Object unstable() {
        this.@build.result('UNSTABLE')
        this.@build.stage.result = Build.worst(this.@build.stage.result, 'UNSTABLE')
        null
    }

    private static Map pairs(List assignments) { assignments.collectEntries { def (name, value) = "$it".split('=', 2); [name, value] } }

    /** Values come from the file of marked credentials; nothing is masked here, so that a grep finds what would leak. */
    private Object credentials(List bindings, Closure body) {
        def variables = [:]
        def files = []
        bindings.each { binding ->
            def secret = this.@build.asked.credentials[binding.credentialsId as String]
            if (secret == null) throw new StepFailed("Could not find credentials entry with ID '${binding.credentialsId}'")
            if (binding.kind == 'file') {
                def kept = File.createTempFile('credential', '')
                kept.text = secret
                files << kept
                variables[binding.variable] = kept.path
            } else if (binding.kind == 'usernamePassword') {
                def login = secret instanceof Map ? secret : [user: "user-of-${binding.credentialsId}", password: secret]
                variables[binding.usernameVariable] = login.user
                variables[binding.passwordVariable] = login.password
            } else variables[binding.variable] = secret
        }
        def ids = bindings*.credentialsId as Set
        this.@bound.addAll(ids)
        try { return this.@build.env.with(variables) { this.@build.code(body) } }
        finally { files*.delete(); this.@bound.removeAll(ids) }
    }

    private Object shell(Object command) {
        def environment = this.@build.env.all()
        def process = new ProcessBuilder(['sh', '-xe', '-c', "$command".toString()]).directory(this.@build.folder).redirectErrorStream(true)
        process.environment().clear()
        process.environment().putAll(environment)
        process.redirectInput(new File('/dev/null'))
        def running = process.start()
        running.inputStream.eachLine('UTF-8') { println "    $it" }
        int code = running.waitFor()
        this.@build.note(sh: command, exit: code, credentials: this.@bound as List)
        if (code) throw new StepFailed("script returned exit code $code")
        null
    }

    private List<String> found(Object patterns, Object excludes = '') {
        def top = this.@build.folder.toPath()
        def all = []
        this.@build.folder.traverse(type: groovy.io.FileType.FILES, preDir: { it.name in ['.git', '.venv'] ? groovy.io.FileVisitResult.SKIP_SUBTREE : null }) {
            all << top.relativize(it.toPath()).toString()
        }
        def match = { String path, Object these -> "${these ?: ''}".split(/,\s*/).any { it && SelectorUtils.matchPath(it, path) } }
        all.findAll { match(it, patterns) && !match(it, excludes) }.sort()
    }

    private void copy(List<String> paths, File from, File to) {
        paths.each { path ->
            def target = new File(to, path)
            target.parentFile.mkdirs()
            java.nio.file.Files.copy(new File(from, path).toPath(), target.toPath(), java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                                     java.nio.file.StandardCopyOption.COPY_ATTRIBUTES)
        }
    }

    private Object stash(Map named) {
        def kept = File.createTempDir()
        def paths = found(named.includes ?: '**', named.excludes)
        if (!paths && !named.allowEmpty) throw new StepFailed("No files included in stash '${named.name}'")
        copy(paths, this.@build.folder, kept)
        this.@stashes["$named.name".toString()] = kept
        this.@build.note(stash: named.name, files: paths.size())
        null
    }

    private Object unstash(String name) {
        def kept = this.@stashes[name]
        if (!kept) throw new StepFailed("No such saved stash '$name'")
        def paths = []
        kept.traverse(type: groovy.io.FileType.FILES) { paths << kept.toPath().relativize(it.toPath()).toString() }
        copy(paths, kept, this.@build.folder)
        this.@build.note(unstash: name, files: paths.size())
        null
    }

    private Object junit(Map named) {
        def files = found(named.testResults).collect { [it, new File(this.@build.folder, it)] }
        if (named.skipOldReports) files = files.findAll { it[1].lastModified() + 3000 >= this.@build.startedAt }
        if (!files && !named.allowEmptyResults) throw new StepFailed('No test report files were found. Configuration error?')
        int failed = files.sum(0) { new groovy.util.XmlSlurper().parse(it[1]).'**'.count { node -> node.name() in ['failure', 'error'] } }
        this.@build.note(junit: files*.get(0), failed: failed)
        failed ? unstable() : null
    }

    private Object publish(Map named) {
        def missing = "${named.reportFiles}".split(/,\s*/).findAll { !new File(this.@build.folder, "$named.reportDir/$it").exists() }
        if (missing && !named.allowMissing) throw new StepFailed("Specified HTML directory '${named.reportDir}' does not exist")
        this.@build.note(publishHTML: named.reportName, missing: missing)
        null
    }

    private Object archive(Map named) {
        def files = found(named.artifacts, named.excludes)
        if (!files && !named.allowEmptyArchive) throw new StepFailed("No artifacts found that match the file pattern \"${named.artifacts}\"")
        this.@build.note(archived: files, fingerprint: named.fingerprint ?: false)
        null
    }
}
