# Two commands: `make run` starts the server, `make test` checks everything. Both set themselves up.
.PHONY: help run test setup frontend lock format

help:
	@echo "make run     set up and start the server on http://127.0.0.1:8080"
	@echo "make test    set up and run every check"
	@echo "make setup   only set up"
	@echo "make format  format the code"
	@echo "make lock    write the exact package versions anew"

run: setup
	@exec .venv/bin/seen serve

setup frontend:
	@tools/setup

test:
	@tools/test

lock:
	@tools/lock

format: setup
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .
