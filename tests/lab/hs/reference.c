// SPDX-License-Identifier: GPL-2.0
/*
 * reference SET stream|block|plain BYTES DIR: what vfw_hs_test.ko is compared with. Compiles patterns
 * with libhs for SET (sse42, avx2, avx512), makes BYTES of data in which they match, scans it with
 * libhs, and writes DIR/db, DIR/data and DIR/want (records of le32 id, le32 0, le64 offset, by
 * offset, then id). stream and block: as many engines and matches as can be had; plain: a stream as
 * traffic is, literals that seldom match, for measuring.
 *
 * The matches are found with a database for this processor, for it need not be one of SET's.
 */
#include <hs/hs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_PIECE 1460
#define BLOCK_PIECE 4096
#define LITERALS 1500

struct pattern {
	const char *text;
	unsigned int flags;
};

#define C HS_FLAG_CASELESS
#define S HS_FLAG_DOTALL
#define M HS_FLAG_MULTILINE
#define SOM HS_FLAG_SOM_LEFTMOST
#define ONE HS_FLAG_SINGLEMATCH

/* Chosen to reach as many of the runtime's engines as can be from outside. */
static const struct pattern patterns[] = {
	/* attacks, as rules have them */
	{"/etc/passwd", C},
	{"\\$\\{jndi:(ldap|rmi|dns)://", C},
	{"union\\s+(all\\s+)?select", C},
	{"<script>[^<]{0,100}alert", C},
	{"\\x90{16}", 0},
	{"(GET|POST|PUT) /[a-z/]{1,64}\\.php\\?id=[0-9]+('|%27)", C},
	{"User-Agent: [^\\r\\n]{40,200}\\r\\n", 0},
	{"^Host: [a-z]+\\r?$", M},
	/* bounded and unbounded repeats of classes */
	{"[a-f]{20,}", 0},
	{"[0-9]{12,16}", 0},
	{"foo.{10,200}bar", S},
	{"select.{0,40}from.{0,40}where", S | C},
	{"^.{500}index", S},
	{"^.{2000,4000}passwd", S},
	{"etaoin[^\\n]{30,60}shrdlu", 0},
	{"abc[^x]{5}def", 0},
	/* large NFAs: 64 to 512 states */
	{"(alpha|beta|gamma)[a-z]{3,20}(one|two|three)x[0-9]y", 0},
	{"a[^\\n]{1,30}b[^\\n]{1,30}c[^\\n]{1,10}d", ONE},
	{"(foo|bar|baz).{3,40}(select|union|insert).{3,40}(0x[0-9a-f]{4}|etc)", S},
	{"([a-z]{2}[0-9]){3,30}=", 0},
	{"(x[0-9]y[a-z]){4,40}z", 0},
	{"q(we|rt|yu){10,60}p.{0,90}end", S},
	{"k([a-e][f-j]|[k-o]){8,100}[0-9]", 0},
	/* automata small enough for tables and for sheng */
	{"(ab|cd)*ef", 0},
	{"x(yz)+w", 0},
	{"[xyz][0-9][xyz][a-f]", 0},
	{"(0x)?[0-9a-f]{8}h", C},
	/* start of match, and logical combinations of what stands above */
	{"alpha[a-z0-9]{0,20}beta", SOM},
	{"x[0-9]{1,5}y", SOM},
	{"(union|select)[^;]{0,50};", SOM | C},
	{"0 & 2", HS_FLAG_COMBINATION},
	{"(8 | 9) & 24", HS_FLAG_COMBINATION | ONE},
	/* the end of the data */
	{"final\\.$", 0},
	{"[a-z]+\\.\\z", 0},
};

#define FIXED (sizeof(patterns) / sizeof(patterns[0]))

/* What data is made of: pieces of matches, and noise. */
static const char *const words[] = {
	"/etc/passwd",
	"${jndi:ldap://",
	"UNION ALL SELECT ",
	"<script>alert",
	"GET /a/b.php?id=1'",
	"User-Agent: ",
	"\r\nHost: abc\r\n",
	"deadbeefcafedeadbeefcafe",
	"4111111111111111",
	"foo",
	"bar",
	"select ",
	" from ",
	" where ",
	"index",
	"etaoin",
	"shrdlu",
	"abc",
	"def",
	"alpha",
	"beta",
	"gamma",
	"one",
	"x1y",
	"x2y3",
	"ab1cd2ef3gh4=",
	"x1ya",
	"x2yb",
	"z",
	"qwe",
	"we",
	"rt",
	"yu",
	"p end",
	"kaf",
	"bgch",
	"lm",
	"abcd",
	"ef",
	"xyzyzw",
	"0x1234abcdh",
	"\n",
	" ",
	";",
	"=",
	"0",
	"9",
};

static uint32_t seed = 20240229;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "reference: %s: %s\n", what, why);
	exit(1);
}

struct hit {
	uint32_t id;
	uint64_t to;
};

static struct hit *hits;
static size_t count, room;
static uint64_t base;

static int on_match(unsigned int id, unsigned long long from, unsigned long long to,
		    unsigned int flags, void *ctx)
{
	(void)from;
	(void)flags;
	(void)ctx;
	if (count == room) {
		room = room ? room * 2 : 4096;
		hits = realloc(hits, room * sizeof(*hits));
		if (!hits)
			die("hits", "no memory");
	}
	hits[count].id = id;
	hits[count++].to = base + to;
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int plain;

static char *literals[LITERALS];
static unsigned int literal_flags[LITERALS];

static void make_literals(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789/_=";
	int i, j, len;

	for (i = 0; i < LITERALS; i++) {
		len = (plain ? 8 : 3) + rnd(16);
		literals[i] = calloc(1, len + 1);
		literal_flags[i] = rnd(2) ? HS_FLAG_CASELESS : 0;
		for (j = 0; j < len; j++)
			literals[i][j] = letters[rnd(sizeof(letters) - 1)];
	}
}

static hs_database_t *compile(const hs_platform_info_t *platform, unsigned int mode)
{
	static const char *text[FIXED + LITERALS];
	static unsigned int flags[FIXED + LITERALS], ids[FIXED + LITERALS];
	hs_compile_error_t *error;
	size_t i, first = plain ? FIXED : 0;
	hs_database_t *db;

	for (i = 0; i < FIXED + LITERALS; i++) {
		ids[i] = i;
		text[i] = i < FIXED ? patterns[i].text : literals[i - FIXED];
		flags[i] = i < FIXED ? patterns[i].flags : literal_flags[i - FIXED];
	}
	if (hs_compile_multi(text + first, flags + first, ids + first, FIXED + LITERALS - first,
			     mode, platform, &db, &error))
		die(error->expression >= 0 ? text[first + error->expression] : "compile",
		    error->message);
	return db;
}

static char *make_data(size_t len)
{
	static const char noise[] = "GET /index.html?id=1 HTTP/1.1 etaoin ABCXYZ .;=0123";
	char *data = malloc(len + 64);
	const char *word;
	size_t at = 0;

	if (!data)
		die("data", "no memory");
	while (at < len) {
		if (rnd(plain ? 4096 : 8)) {
			data[at++] = noise[rnd(sizeof(noise) - 1)];
			continue;
		}
		word = rnd(3) ? words[rnd(sizeof(words) / sizeof(words[0]))]
			      : literals[rnd(LITERALS)];
		memcpy(data + at, word, strlen(word));
		at += strlen(word);
	}
	memset(data + len / 2, 0x90, 40);
	memcpy(data + len - 10, "the final.", 10);
	return data;
}

static void scan(hs_database_t *db, int stream, const char *data, size_t len)
{
	size_t piece = stream ? STREAM_PIECE : BLOCK_PIECE, at, n;
	hs_scratch_t *scratch = NULL;
	hs_stream_t *id = NULL;
	int error;

	error = hs_alloc_scratch(db, &scratch);
	if (!error && stream)
		error = hs_open_stream(db, 0, &id);
	for (at = 0; at < len && !error; at += n) {
		n = len - at < piece ? len - at : piece;
		if (stream) {
			error = hs_scan_stream(id, data + at, n, 0, scratch, on_match, NULL);
		} else {
			base = at;
			error = hs_scan(db, data + at, n, 0, scratch, on_match, NULL);
		}
	}
	if (!error && stream)
		error = hs_close_stream(id, scratch, on_match, NULL);
	if (error)
		die("scan", "libhs reports an error");
	hs_free_scratch(scratch);
}

static void save(const char *dir, const char *name, const void *mem, size_t len)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	if (!file || fwrite(mem, 1, len, file) != len || fclose(file))
		die(path, "cannot be written");
}

int main(int argc, char **argv)
{
	hs_platform_info_t platform = {.tune = HS_TUNE_FAMILY_GENERIC};
	hs_database_t *db;
	int stream;
	unsigned int mode;
	char *bytes, *data;
	uint64_t *records;
	size_t len, i;

	if (argc != 5)
		die("usage", "reference sse42|avx2|avx512 stream|block|plain BYTES DIR");
	if (!strcmp(argv[1], "avx2"))
		platform.cpu_features = HS_CPU_FEATURES_AVX2;
	else if (!strcmp(argv[1], "avx512"))
		platform.cpu_features = HS_CPU_FEATURES_AVX2 | HS_CPU_FEATURES_AVX512;
	else if (strcmp(argv[1], "sse42"))
		die(argv[1], "expected sse42, avx2 or avx512");
	plain = !strcmp(argv[2], "plain");
	stream = plain || !strcmp(argv[2], "stream");
	mode = stream ? HS_MODE_STREAM | HS_MODE_SOM_HORIZON_LARGE : HS_MODE_BLOCK;
	len = strtoul(argv[3], NULL, 0);
	if (len < 8192)
		die(argv[3], "expected 8192 bytes or more");

	make_literals();
	db = compile(&platform, mode);
	if (hs_serialize_database(db, &bytes, &i))
		die("db", "cannot be serialized");
	save(argv[4], "db", bytes, i);
	data = make_data(len);
	save(argv[4], "data", data, len);
	scan(compile(NULL, mode), stream, data, len);
	qsort(hits, count, sizeof(*hits), by_offset);
	records = calloc(count, 2 * sizeof(*records));
	for (i = 0; i < count; i++) {
		records[2 * i] = hits[i].id;
		records[2 * i + 1] = hits[i].to;
	}
	save(argv[4], "want", records, count * 2 * sizeof(*records));
	printf("%s %s: %zu patterns, %zu bytes of data, %zu matches\n", argv[1], argv[2],
	       plain ? (size_t)LITERALS : FIXED + LITERALS, len, count);
	return 0;
}
