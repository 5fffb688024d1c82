/** One declaration of a Jenkinsfile: `name(arguments) { sections }`; code such as `steps` keeps its closure in `body`. */
class Section {
    static final Set<String> DECLARING = ['pipeline', 'stages', 'parallel', 'stage', 'when', 'allOf', 'anyOf', 'not', 'post', 'agent',
                                          'triggers', 'options', 'input', 'parameters', 'node'] as Set

    String name
    List arguments = []
    Closure body
    List<Section> sections = []

    Section getAt(String wanted) { sections.find { it.name == wanted } }
    List<Section> under(String wanted) { this[wanted]?.sections ?: [] }
    Object value() { arguments.find { !(it instanceof Map) } }
    Map named() { (arguments.find { it instanceof Map } ?: [:]) as Map }
    String title() { "${value() ?: name}" }

    /** Runs the closure with every call in it becoming a section. */
    void read(Object script) {
        def reading = body.clone() as Closure
        reading.delegate = new Reading(section: this, script: script)
        reading.resolveStrategy = Closure.DELEGATE_FIRST
        reading.call()
    }
}
