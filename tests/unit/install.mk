# SPDX-License-Identifier: GPL-2.0
# Installing into a folder and taking away again.
.PHONY: test-unit-install
test-unit-install: tools
	MAKE="$(MAKE)" tests/unit/install/run.sh
