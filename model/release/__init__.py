"""The release: the sealed folder that answers, and the code that loads and asks it. Standard library only."""
