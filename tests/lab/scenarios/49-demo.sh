#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What scripts/demo shows holds on other kernels too.
# kernels: uml-debug 6.12
exec bash "$(dirname "$0")/../demo.sh"
