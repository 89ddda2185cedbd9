/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_ENTRY_TABLE_H
#define VFW_HS_ENTRY_TABLE_H

/*
 * Compiled once for each set, where VFW_HS_SET is its name and rename.h gives every symbol its
 * prefix.
 */
#include "hs_runtime.h"
#include "hs_common.h"
#include "hs_version.h"
#include "crc32.h"
#include "entry.h"

#define TABLE_NAME2(set) vfw_hs_entry_##set
#define TABLE_NAME(set) TABLE_NAME2(set)
#define SET_NAME2(set) #set
#define SET_NAME(set) SET_NAME2(set)

const struct vfw_hs_entry TABLE_NAME(VFW_HS_SET) = {
	.name = SET_NAME(VFW_HS_SET),
	.version = HS_VERSION_STRING,
	.db_version = HS_VERSION_32BIT,
	.db_size = hs_serialized_database_size,
	.db_load = hs_deserialize_database_at,
	.db_info = hs_database_info,
	.stream_size = hs_stream_size,
	.scratch_alloc = hs_alloc_scratch,
	.scratch_clone = hs_clone_scratch,
	.scratch_size = hs_scratch_size,
	.stream_open = hs_open_stream,
	.stream_scan = hs_scan_stream,
	.stream_close = hs_close_stream,
	.block_scan = hs_scan,
	.crc = Crc32c_ComputeBuf,
};

#endif
