/** The global `env`: blocks push layers, `env.NAME = value` writes the lowest, as it does in Jenkins. */
class Env extends GroovyObjectSupport {
    final List<Map<String, String>> layers = [[:]]

    Object getProperty(String name) { name == 'layers' ? this.@layers : all()[name] }
    void setProperty(String name, Object value) { this.@layers[0][name] = "$value".toString() }
    Map<String, String> all() { this.@layers.inject([:]) { found, layer -> found + layer } }

    def with(Map variables, Closure body) {
        this.@layers << variables.collectEntries { name, value -> ["$name".toString(), "$value".toString()] }
        try { body() } finally { this.@layers.pop() }
    }
}
