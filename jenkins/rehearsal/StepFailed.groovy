/** A step that fails, or a person who says no: the result that the stage gets from it. */
class StepFailed extends RuntimeException {
    String result

    StepFailed(String message, String result = 'FAILURE') {
        super(message)
        this.result = result
    }
}
