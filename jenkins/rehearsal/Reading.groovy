/** The delegate of a declaring block: calls become sections, names are the script's. */
class Reading extends GroovyObjectSupport {
    Section section
    Object script

    Object invokeMethod(String name, Object given) {
        List arguments = (given as List) + []
        def child = new Section(name: name)
        if (arguments && arguments[-1] instanceof Closure) child.body = arguments.pop() as Closure
        child.arguments = arguments
        // `buildDiscarder(logRotator(...))`: the inner call was read first and belongs to the outer one.
        section.sections.removeAll { earlier -> arguments.any { it.is(earlier) } }
        section.sections << child
        if (child.body && Section.DECLARING.contains(name)) child.read(script)
        child
    }

    Object getProperty(String name) {
        name == 'section' ? this.@section : name == 'script' ? this.@script : name in ['any', 'none'] ? name : this.@script.getProperty(name)
    }
}
