# SPDX-License-Identifier: GPL-2.0
# Unit tests of the shipped signatures: all load, pass the selftest, speak where they must and nowhere else.
# make -f tests/unit/signatures.mk test-unit-signatures, at the top of the tree.

.PHONY: test-unit-signatures
test-unit-signatures: $(CLI_OUT)/vfwctl
	python3 tests/unit/signatures/run.py $< rules/signatures tests/unit/signatures
