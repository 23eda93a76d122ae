PYTHON ?= .venv/bin/python
PHOTOS ?= examples
SHARED ?= ../shared
OUT ?= runs/painter
MINUTES ?= 45
URL ?= http://127.0.0.1:7860

.PHONY: help run test stories lint types bench train

help:  ## List what there is to make.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

run:  ## Run the page at http://127.0.0.1:7860.
	$(PYTHON) app.py

test:  ## Pass the tests.
	$(PYTHON) -m pytest

stories:  ## Walk what a visitor may want in Chromium, on the page at URL=http://127.0.0.1:7860.
	$(PYTHON) -m tests.smoke.stories $(URL) runs/stories

lint:  ## Check style and format, as the gate does.
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:  ## Check types, as the gate does.
	$(PYTHON) -m pyright --pythonpath $(PYTHON) pipeline

bench:  ## Measure what photos become: PHOTOS=FOLDER.
	$(PYTHON) -m benchmarks.quality $(PHOTOS)

train:  ## Train the painter: SHARED=DATA OUT=FOLDER MINUTES=45; training/README.md has the other networks.
	$(PYTHON) -m training.painter $(SHARED) $(OUT) --minutes $(MINUTES)
