"""The release: the sealed folder that answers, and the code that loads and asks it. Standard library only.

loading.load(folder)      a Release: schema, scorer, reference, samples, once every byte is verified
sealing.seal, .verify     who a release is
schema.Schema, .Field     what it reads
reference.build           what it is compared with when it drifts
`python -m model.release` the same without a server
"""
