"""The verbs: thin functions of one model (`Work`) or of the whole, each named as on the command line."""
