"""What the locks need from time to time: `python -m upkeep audit` and `python -m upkeep update`."""
