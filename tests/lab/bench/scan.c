// SPDX-License-Identifier: GPL-2.0
/*
 * benchscan SET DIR REPETITIONS: what kmod/hs/test/bench.c does, in user space: the same database (DIR/db)
 * and bytes (DIR/data) in the same pieces, by libhs. SET is the instruction set: libhs holds a runtime
 * for each and chooses by the processor; here it is chosen by name, so that both sides run the same one.
 * Prints for each repetition the CPU time in ns and the bytes.
 */
#include <hs/hs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PIECE 1460 /* as kmod/hs/test/main.c */

/* The runtimes inside the static library, by the names its build gives them. */
#define RUNTIME(name)                                                                            \
	hs_error_t name##_hs_deserialize_database(const char *bytes, size_t len,                 \
						  hs_database_t **db);                           \
	hs_error_t name##_hs_open_stream(const hs_database_t *db, unsigned int flags,            \
					 hs_stream_t **stream);                                  \
	hs_error_t name##_hs_scan_stream(hs_stream_t *id, const char *data, unsigned int length, \
					 unsigned int flags, hs_scratch_t *scratch,              \
					 match_event_handler event, void *context);              \
	hs_error_t name##_hs_close_stream(hs_stream_t *id, hs_scratch_t *scratch,                \
					  match_event_handler event, void *context);

RUNTIME(corei7)
RUNTIME(avx2)
RUNTIME(avx512)

struct runtime {
	const char *set;
	hs_error_t (*load)(const char *bytes, size_t len, hs_database_t **db);
	hs_error_t (*open)(const hs_database_t *db, unsigned int flags, hs_stream_t **stream);
	hs_error_t (*scan)(hs_stream_t *id, const char *data, unsigned int length,
			   unsigned int flags, hs_scratch_t *scratch, match_event_handler event,
			   void *context);
	hs_error_t (*close)(hs_stream_t *id, hs_scratch_t *scratch, match_event_handler event,
			    void *context);
};

#define RUNTIME_OF(set, name)                                                                      \
	{                                                                                          \
		set, name##_hs_deserialize_database, name##_hs_open_stream, name##_hs_scan_stream, \
			name##_hs_close_stream                                                     \
	}

static const struct runtime runtimes[] = {
	RUNTIME_OF("sse42", corei7),
	RUNTIME_OF("avx2", avx2),
	RUNTIME_OF("avx512", avx512),
};

struct hit {
	uint32_t id;
	uint64_t to;
};

struct hits {
	struct hit *hit;
	size_t count, max;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "benchscan: %s: %s\n", what, why);
	exit(1);
}

static int on_match(unsigned int id, unsigned long long from, unsigned long long to,
		    unsigned int flags, void *context)
{
	struct hits *h = context;

	(void)from;
	(void)flags;
	if (h->count < h->max)
		h->hit[h->count] = (struct hit){id, to};
	h->count++;
	return 0;
}

static char *slurp(const char *dir, const char *name, size_t *len)
{
	char path[4096];
	char *mem;
	FILE *f;
	long n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END))
		die(path, "cannot be read");
	n = ftell(f);
	rewind(f);
	mem = malloc((size_t)n + 1);
	if (!mem || fread(mem, 1, (size_t)n, f) != (size_t)n)
		die(path, "cannot be read");
	fclose(f);
	*len = (size_t)n;
	return mem;
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* One stream from end to end; returns the CPU time it took. */
static uint64_t scan(const struct runtime *r, const hs_database_t *db, hs_scratch_t *scratch,
		     const char *data, size_t len, struct hits *hits)
{
	hs_stream_t *stream;
	uint64_t from;
	size_t at, n;
	int error = 0;

	hits->count = 0;
	if (r->open(db, 0, &stream))
		die("stream", "cannot be opened");
	from = cpu_ns();
	for (at = 0; at < len && !error; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		error = r->scan(stream, data + at, (unsigned int)n, 0, scratch, on_match, hits);
	}
	if (error || r->close(stream, scratch, on_match, hits))
		die("scan", "the runtime reports an error");
	return cpu_ns() - from;
}

int main(int argc, char **argv)
{
	size_t db_len, len, wants, i;
	const struct runtime *r = NULL;
	hs_scratch_t *scratch = NULL;
	hs_database_t *db;
	struct hits hits;
	uint64_t took;
	char *bytes, *data;
	int reps;

	if (argc != 4)
		die("usage", "benchscan sse42|avx2|avx512 DIR REPETITIONS");
	for (i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
		if (!strcmp(runtimes[i].set, argv[1]))
			r = &runtimes[i];
	if (!r)
		die(argv[1], "expected sse42, avx2 or avx512");
	bytes = slurp(argv[2], "db", &db_len);
	data = slurp(argv[2], "data", &len);
	free(slurp(argv[2], "want", &wants));
	wants /= 16;
	hits.max = wants + 1;
	hits.hit = calloc(hits.max, sizeof(*hits.hit));
	if (!hits.hit || r->load(bytes, db_len, &db) || hs_alloc_scratch(db, &scratch))
		die("db", "cannot be loaded");
	reps = atoi(argv[3]);
	for (int k = 0; k <= reps; k++) {
		took = scan(r, db, scratch, data, len, &hits);
		if (hits.count != wants)
			die("matches", "not as many as wanted");
		if (k)
			printf("%llu %zu\n", (unsigned long long)took, len);
	}
	return 0;
}
