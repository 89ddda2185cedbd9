# SPDX-License-Identifier: GPL-2.0
"""The servers, by kind; each module registers its own."""
from servers import (access, admin, data, desk, directory, files, mail, names, net, queue, web)

__all__ = ['access', 'admin', 'data', 'desk', 'directory', 'files', 'mail', 'names', 'net', 'queue', 'web']
