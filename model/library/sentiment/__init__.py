"""Does a sentence praise or pan? Three people's candidates and their vote."""
