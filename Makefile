# make demo   theory and simulation of one dense network, compared, with a figure
# make test   everything that CI runs
# make quick  the everyday part of it, in two minutes: no slow test, three cases of each
# make docs   the site of the documents in build/docs/html; make docs-links asks whether links to elsewhere are alive
# make matrix the everyday part on other processors, as far as settings can stand for them: half an hour
# make lowest, make highest   the everyday part with the oldest and the newest libraries; TESTS=part or all for less or more
# make release-check          all that stands before a release, hours; ONLY='newcomer lowest' for some of it
# make results                every claim that has no results of this code, hours: stopped, it goes on where it was (build/samples)
# Each target makes .venv by itself. PYTHON=python3.12 picks another interpreter.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TESTS ?= quick
export MPLBACKEND := Agg

.PHONY: demo test quick docs docs-links matrix lowest highest release-check lint results figures benchmark clean
demo: $(STAMP)
	$(BIN)/python -m sims.demo

test: lint
	$(BIN)/python -m pytest -n auto

quick: lint
	$(BIN)/python -m pytest -n auto -m "not slow" --cases 3

docs: $(STAMP)
	$(BIN)/python docs/site/build.py

docs-links: $(STAMP)
	$(BIN)/python docs/site/build.py --builder linkcheck

matrix: $(STAMP)
	$(BIN)/python -m benchmarks.matrix -n auto --out build/matrix/matrix.txt

lowest: $(STAMP)
	$(BIN)/python -m benchmarks.versions lowest --tests $(TESTS) -n auto

highest: $(STAMP)
	$(BIN)/python -m benchmarks.versions highest --tests $(TESTS) -n auto

release-check: $(STAMP)
	$(BIN)/python -m benchmarks.release_check -n auto $(if $(ONLY),--only $(ONLY))

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

results: $(STAMP)
	$(BIN)/python -m glassy sims run --missing
	$(BIN)/python -m sims.report

figures: $(STAMP)
	$(BIN)/python -m glassy sims plot
	$(BIN)/python -m sims.report

benchmark: $(STAMP)
	$(BIN)/python -m benchmarks.kernel
	$(BIN)/python -m benchmarks.wide
	$(BIN)/python -m benchmarks.threads
	$(BIN)/python -m benchmarks.solve
	$(BIN)/python -m benchmarks.diagram
	$(BIN)/python -m benchmarks.ensembles
	$(BIN)/python -m benchmarks.startup

$(STAMP): pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "glassy needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(STAMP)

# What can be made again at once. The rest of build/ stays: samples of the sims are hours of work (sims/_sim.py).
clean:
	rm -rf .venv build/lib build/bdist.* build/__editable__.* build/versions demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -exec rm -rf {} +
