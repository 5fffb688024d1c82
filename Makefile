# Two commands to begin with: `make run` and `make test`. Each sets up .venv by itself.
# The targets are the verbs of `python -m delivery`, in the order of a delivery:
#   make VERB                    for every model
#   make VERB MODEL=sentiment    for one; MODEL="sentiment house_price" for some
# What a verb takes besides: WHY="...", OF=RELEASE, RELEASE=RELEASE, AGAIN=1, CSV=file, TARGET=column, NAME=model,
# FEEDBACK=file, ALERT=file.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

RUN := .venv/bin/python -m
DELIVERY := $(RUN) delivery
VERBS := test check train gate release image staging monitor canary promote
BESIDE := run stop demo status history rollback hold resume respond feedback approve new prune render doctor
# What people type is text: make must not read a `$` in it as its own, nor a shell anything else.
TYPED := WHY OF RELEASE CSV TARGET FEEDBACK ALERT MODEL NAME
$(foreach name,$(TYPED),$(if $(value $(name)),$(eval override $(name) := $$(value $(name)))))
export $(TYPED)
why = $(if $(WHY),--why "$$WHY")

.PHONY: help setup lint types lock audit update clean bench prove e2e e2e-engines init notify $(VERBS) $(BESIDE)

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# ---- the way of a commit, in its order ----
test: .venv/ready  ## lint, types, unit and contract tests
	@$(DELIVERY) test
check: .venv/ready  ## what must hold of the data
	@$(DELIVERY) check $$MODEL
train: .venv/ready  ## candidates cross-validated; the best becomes the contender
	@$(DELIVERY) train $$MODEL
gate: .venv/ready  ## what must hold of the contender
	@$(DELIVERY) gate $$MODEL
release: .venv/ready  ## the contender, sealed
	@$(DELIVERY) release $$MODEL
image: .venv/ready  ## the release as what its target runs
	@$(DELIVERY) image $$MODEL
staging: .venv/ready  ## the release started and asked its own sample rows
	@$(DELIVERY) staging $$MODEL
monitor: .venv/ready  ## proof that its metrics can be read
	@$(DELIVERY) monitor $$MODEL
canary: .venv/ready  ## the release beside the champion, judged
	@$(DELIVERY) canary $$MODEL
promote: .venv/ready  ## into production (AGAIN=1 WHY="..." for one that was taken back)
	@$(DELIVERY) promote $$MODEL $(if $(AGAIN),--again) $(why)

# ---- beside it ----
run: .venv/ready  ## all of the above from check on; on this machine it leaves production serving
	@$(DELIVERY) run $$MODEL
stop: .venv/ready  ## end what `make run` left serving
	@$(DELIVERY) stop
demo: .venv/ready  ## the story with bad releases, the last of them in production: three minutes
	@$(DELIVERY) demo
status: .venv/ready  ## what runs now
	@$(DELIVERY) status $$MODEL
history: .venv/ready  ## the ledger, verified
	@$(DELIVERY) history $$MODEL
rollback: .venv/ready  ## back to the release before (MODEL=..., or OF=RELEASE: only where that one is live)
	@$(DELIVERY) rollback $$MODEL $(if $(OF),--of "$$OF") $(why)
hold: .venv/ready  ## let nothing new into production (WHY="...")
	@$(DELIVERY) hold $$MODEL $(why)
resume: .venv/ready  ## end a hold
	@$(DELIVERY) resume $$MODEL $(why)
respond: .venv/ready  ## what an alert calls for (ALERT=Alertmanager's webhook document)
	@$(DELIVERY) respond "$$ALERT"
feedback: .venv/ready  ## labels from a file, told to production (FEEDBACK=file MODEL=sentiment)
	@$(DELIVERY) feedback "$$FEEDBACK" $(if $(MODEL),--model "$$MODEL")
approve: .venv/ready  ## a person's yes, where the policy asks for one (RELEASE=... WHY="...")
	@$(DELIVERY) approve $$MODEL $(if $(RELEASE),--release "$$RELEASE") $(why)
new: .venv/ready  ## a model from your own CSV (NAME=churn CSV=file TARGET=column)
	@$(DELIVERY) new $(if $(NAME),"$$NAME") $(if $(CSV),--csv "$$CSV") $(if $(TARGET),--target "$$TARGET")
prune: .venv/ready  ## remove releases that nothing could need any more
	@$(DELIVERY) prune $$MODEL

render: .venv/ready  ## what a cluster would be given, as files (DELIVERY_ENVIRONMENT names it)
	@$(DELIVERY) render $$MODEL
doctor: .venv/ready  ## what must be there before anything moves, and what mends it
	@$(DELIVERY) doctor

# ---- proofs ----
bench: .venv/ready  ## our server against FastAPI + uvicorn + joblib; and with metrics against without
	@$(RUN) bench
	@$(RUN) bench monitoring
prove: .venv/ready  ## bad commits, each refused by the gate that should see it (SHORT=1: one a kind)
	@$(RUN) $(if $(SHORT),pytest -q -m slow tests/known_bad,prove)
e2e: .venv/ready  ## whole ways that take minutes: no request lost, kills (SHORT=1: without the longest)
	@$(RUN) pytest -q -m "slow and not engines$(if $(SHORT), and not long)" tests/delivery tests/e2e
e2e-engines: .venv/ready  ## images, a cluster, alerts: needs the engines (SHORT=1: without the longest)
	@$(RUN) pytest -q -m "engines$(if $(SHORT), and not long)" tests/e2e tests/monitoring

# ---- the workshop ----
lint: .venv/ready  ## put the code into shape
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .
types: .venv/ready  ## mypy
	@$(RUN) mypy
COMPILE = $(RUN) uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
          --custom-compile-command "make lock"
lock: .venv/ready  ## compile the locks anew; add UPGRADE=1 for newer versions
	@$(COMPILE) $(if $(UPGRADE),--upgrade) serving/requirements.in --output-file serving/requirements.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) serving/requirements-fallback.in --output-file serving/requirements-fallback.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in --output-file requirements.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) upkeep/requirements.in --output-file upkeep/requirements.txt
audit: .venv/ready  ## known vulnerabilities of what is locked
	@$(RUN) upkeep audit
update: .venv/ready  ## what newer versions would change, as a diff; the locks stay as they are
	@$(RUN) upkeep update
clean:  ## remove what can be made again; production (var/) stays
	@rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
init:  ## the project under your own name (NAME=churn-models)
	@python3 .ci/rename "$$NAME"
notify:  ## tell a webhook how a build ended (the Jenkinsfile does)
	@python3 jenkins/notify.py
setup: .venv/ready  ## make .venv now

# A Python that is new enough, whatever it is called here; .ci/setup says so where there is none.
.venv/ready: requirements.txt .ci/setup
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec "$$python" .ci/setup; fi; \
	done; echo "setup: this project needs Python 3.11 or newer; none was found (make PYTHON=/its/path ...)" >&2; exit 3
