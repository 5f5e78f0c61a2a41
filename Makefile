# The two commands are `make demo` and `make test`; everything else is for people who build.
PYTHON ?= python3
PORT ?= 8000
IN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test check run figures lock clean

help: ## what there is (this list)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .embedded ## the whole line on this machine with one call played; ONCE=1 ends after it, PORT=8000
	@$(IN) manage.py demo --port $(PORT) $(if $(ONCE),--once)

test: .dev ## every check and every test, on servers of its own
	@$(PYTHON) tests/machine.py
	@$(IN) tests/everything.py

check: .dev ## the checks alone: ruff, format, types, imports, migrations, lock files
	@$(PYTHON) tests/machine.py
	@$(IN) tests/everything.py --checks

run: .embedded ## the line without the demonstration: release, web, worker, beat; PORT=8000
	@$(IN) manage.py run --port $(PORT)

figures: .dev ## what the product does per second, beside a bare floor; what the code looks like
	@$(PYTHON) tests/machine.py
	@$(IN) -m bench.figures

lock: ## the lock files anew from requirements/*.in (to the newest versions that they allow)
	@$(PYTHON) requirements/lock.py

clean: ## away with what was made and can be made again (not var/, which holds keys and data)
	@rm -rf .venv build node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: .embedded .dev
.embedded:
	@$(PYTHON) requirements/install.py embedded
.dev:
	@$(PYTHON) requirements/install.py dev
