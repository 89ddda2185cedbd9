/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading what came from a socket: every value is asked for its type, and what
 * is absent or of another type reads as nothing. Nothing here takes or returns
 * ownership: strings live as long as the object.
 */
#ifndef VFW_FIELD_H
#define VFW_FIELD_H

#include <jansson.h>
#include <stdbool.h>

struct vfw_term;

/* Returns the string at key, def if there is none. */
const char *vfw_field_text(const json_t *obj, const char *key, const char *def);

/* Returns the number at key, 0 if there is none or it is negative. */
unsigned long long vfw_field_count(const json_t *obj, const char *key);

/* Returns whether key holds true. */
bool vfw_field_true(const json_t *obj, const char *key);

/* Returns the array or object at key, NULL if there is none of that kind. */
const json_t *vfw_field_array(const json_t *obj, const char *key);
const json_t *vfw_field_object(const json_t *obj, const char *key);

/* Returns a new string of the strings in the array at key, joined by sep; "" if none. Free it. */
char *vfw_field_join(const json_t *obj, const char *key, const char *sep);

/*
 * Adds one end of a conversation, side "src" or "dest": "web1 10.0.0.1:40000", "[2001:db8::1]:53".
 * event holds the addresses and ports as EVE names them, vfw the VMs.
 */
void vfw_field_end(struct vfw_term *t, const json_t *event, const json_t *vfw, const char *side);

#endif /* VFW_FIELD_H */
