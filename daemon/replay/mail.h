/* SPDX-License-Identifier: GPL-2.0 */
/* Attachments of mail on its way by SMTP: found by MIME's headers, without their transfer encoding. */
#ifndef VFW_REPLAY_MAIL_H
#define VFW_REPLAY_MAIL_H

#include "core/types.h"

#define VFW_MAIL_FILE 102400 /* bytes of an attachment, as Suricata's limit */
#define VFW_MAIL_LINE 1024 /* of a line; what is longer is cut, but for the body of a file */
#define VFW_MAIL_DEPTH 4 /* multiparts within each other */
#define VFW_MAIL_BOUNDARY 72 /* RFC 2046 5.1.1: 70 */

/* What a client says. Zero it, and set file and room, before the first byte. */
struct vfw_mail {
	u8 *file; /* the caller's, room bytes */
	u32 room, file_len;
	u8 line[VFW_MAIL_LINE];
	u32 line_len;
	u8 header[VFW_MAIL_LINE]; /* one, its folds joined */
	u32 header_len;
	char boundary[VFW_MAIL_DEPTH][VFW_MAIL_BOUNDARY];
	u32 depth;
	u8 quantum[4]; /* of base64 */
	u32 quantum_len;
	u8 state;
	u8 encoding;
	bool attached; /* the part at hand is a file */
	bool line_end; /* one is to be put before what follows */
	bool told; /* the file was told */
};

/* Does a client begin with SMTP's greeting? 1 yes, 0 no, -1 too few bytes. */
int vfw_mail_probe(const u8 *bytes, u32 len);

/* Takes bytes. Returns true when a file ended with the *used bytes taken: it is valid until the next call. */
bool vfw_mail_feed(struct vfw_mail *m, const u8 *bytes, u32 len, u32 *used);

#endif /* VFW_REPLAY_MAIL_H */
