/* Plugins for swath in C, and in any language that can be called like C.
 *
 * Made of the Rust types by a test: do not edit. What each function and field means stands in the documentation of the crate
 * swath-plugin-abi; rows are those of the Arrow C data interface.
 *
 * A plugin is a dynamic library with two symbols:
 *   swath_plugin_manifest_v1, an array of bytes in the section ".swath_plugin": a manifest as JSON
 *   swath_plugin_root_v1,     a struct swath_plain_root
 *
 * A table begins with a bit for each entry that it has; SWATH_..._ENTRIES are all of this version. Entries are added at the end; those
 * that came after 1.0 may be null.
 */
#ifndef SWATH_PLUGIN_H
#define SWATH_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

/* What a status says. */
#define SWATH_CODE_OK UINT32_C(0x0)
#define SWATH_CODE_FUNCTION UINT32_C(0x1)
#define SWATH_CODE_PANIC UINT32_C(0x2)
#define SWATH_CODE_PARAMETERS UINT32_C(0x3)
#define SWATH_CODE_META UINT32_C(0x4)
#define SWATH_CODE_CONTRACT UINT32_C(0x5)
#define SWATH_CODE_CANCELLED UINT32_C(0x6)
#define SWATH_CODE_UNSUPPORTED UINT32_C(0x7)
#define SWATH_CODE_MEMORY UINT32_C(0x8)

/* Kinds of functions. */
#define SWATH_KIND_PARTITION UINT32_C(0x1)
#define SWATH_KIND_SCALAR UINT32_C(0x2)
#define SWATH_KIND_AGGREGATE UINT32_C(0x3)
#define SWATH_KIND_PARTITIONER UINT32_C(0x4)
#define SWATH_KIND_SOURCE UINT32_C(0x5)
#define SWATH_KIND_SINK UINT32_C(0x6)

/* How a run goes on. */
#define SWATH_STEP_INPUT UINT32_C(0x0)
#define SWATH_STEP_OUTPUT UINT32_C(0x1)
#define SWATH_STEP_DONE UINT32_C(0x2)
#define SWATH_NO_INPUT UINT32_C(0xffffffff)

/* Levels of what is logged. */
#define SWATH_LEVEL_ERROR UINT32_C(0x1)
#define SWATH_LEVEL_WARN UINT32_C(0x2)
#define SWATH_LEVEL_INFO UINT32_C(0x3)
#define SWATH_LEVEL_DEBUG UINT32_C(0x4)
#define SWATH_LEVEL_TRACE UINT32_C(0x5)

/* A text in UTF-8 that is lent; one without a word may be nowhere. */
struct swath_str {
    const uint8_t *bytes;
    size_t length;
};

/* All functions of a plugin. */
struct swath_functions {
    const struct swath_function *const *first;
    size_t count;
};

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct ArrowSchema) == 72, "another layout");

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct ArrowArray) == 80, "another layout");

#endif

struct swath_text;
struct swath_status;
struct swath_host_table;
struct swath_host;
struct swath_place;
struct swath_bind_request;
struct swath_run_table;
struct swath_run;
struct swath_step;
struct swath_aggregate_table;
struct swath_aggregate_run;
struct swath_listed;
struct swath_bound_table;
struct swath_bound;
struct swath_function;
struct swath_plugin;
struct swath_plain_root;

struct swath_text {
    const uint8_t *bytes;
    size_t length;
    void (*release)(struct swath_text *);
    void *private_data;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_text) == 32, "another layout");

struct swath_status {
    uint32_t code;
    uint32_t flags;
    struct swath_text message;
    struct swath_text detail;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_status) == 72, "another layout");

struct swath_host_table {
    uint64_t entries;
    const void *reserved; /* null */
    void (*log)(const void *, uint32_t, struct swath_str, struct swath_str);
    uint32_t (*max_level)(const void *);
    bool (*is_cancelled)(const void *);
    void (*progress)(const void *, uint64_t, uint64_t);
    bool (*reserve)(const void *, int64_t);
};
#define SWATH_HOST_TABLE_ENTRIES UINT64_C(0x1f)

struct swath_host {
    const void *context;
    const struct swath_host_table *table;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_host) == 16, "another layout");

struct swath_place {
    uint64_t number;
    uint64_t count;
    uint64_t before;
    uint64_t after;
    uint64_t seed;
    struct swath_str more;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_place) == 56, "another layout");

struct swath_bind_request {
    struct ArrowSchema inputs;
    struct swath_str params;
    uint64_t targets;
    struct swath_str context;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_bind_request) == 112, "another layout");

struct swath_run_table {
    uint64_t entries;
    const void *reserved; /* null */
    void (*drop)(void *);
    struct swath_status (*step)(void *, uint32_t, struct ArrowArray, struct swath_step *);
};
#define SWATH_RUN_TABLE_ENTRIES UINT64_C(0x3)

struct swath_run {
    void *instance;
    const struct swath_run_table *table;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_run) == 16, "another layout");

struct swath_step {
    uint32_t next;
    uint32_t output;
    struct ArrowArray rows;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_step) == 88, "another layout");

struct swath_aggregate_table {
    uint64_t entries;
    const void *reserved; /* null */
    void (*drop)(void *);
    struct swath_status (*update)(void *, struct ArrowArray, const uint32_t *, uint64_t);
    struct swath_status (*merge)(void *, struct ArrowArray, const uint32_t *, uint64_t);
    struct swath_status (*state)(void *, struct ArrowArray *);
    struct swath_status (*finish)(void *, struct ArrowArray *);
    uint64_t (*size)(const void *);
};
#define SWATH_AGGREGATE_TABLE_ENTRIES UINT64_C(0x3f)

struct swath_aggregate_run {
    void *instance;
    const struct swath_aggregate_table *table;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_aggregate_run) == 16, "another layout");

struct swath_listed {
    struct swath_text parts;
    struct ArrowArray bounds;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_listed) == 112, "another layout");

struct swath_bound_table {
    uint64_t entries;
    const void *reserved; /* null */
    void (*drop)(void *);
    struct swath_status (*call)(const void *, struct swath_host, struct swath_place, struct ArrowArray, struct ArrowArray *);
    struct swath_status (*open)(const void *, struct swath_host, struct swath_place, struct ArrowArray, struct swath_run *);
    struct swath_status (*open_aggregate)(const void *, struct swath_host, struct swath_place, struct swath_aggregate_run *);
    struct swath_status (*list)(const void *, struct swath_host, struct swath_listed *);
    struct swath_status (*open_read)(const void *, struct swath_host, struct swath_place, struct swath_str, struct swath_str, struct swath_run *);
    struct swath_status (*open_write)(const void *, struct swath_host, struct swath_place, struct swath_str, struct swath_run *);
    struct swath_status (*commit)(const void *, struct swath_host, struct swath_str, struct swath_str);
    struct swath_status (*abort)(const void *, struct swath_host, struct swath_str);
};
#define SWATH_BOUND_TABLE_ENTRIES UINT64_C(0x1ff)

struct swath_bound {
    void *instance;
    const struct swath_bound_table *table;
    struct ArrowSchema outputs;
    struct swath_text contract;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_bound) == 120, "another layout");

struct swath_function {
    uint64_t entries;
    const void *reserved; /* null */
    struct swath_str name;
    uint32_t kind;
    struct swath_status (*bind)(struct swath_host, struct swath_bind_request, struct swath_bound *);
};
#define SWATH_FUNCTION_ENTRIES UINT64_C(0x7)

struct swath_plugin {
    uint64_t entries;
    const void *reserved; /* null */
    struct swath_str manifest;
    struct swath_status (*init)(struct swath_host);
    struct swath_functions functions;
};
#define SWATH_PLUGIN_ENTRIES UINT64_C(0x7)

struct swath_plain_root {
    uint32_t major;
    uint32_t minor;
    const struct swath_plugin *plugin;
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct swath_plain_root) == 16, "another layout");

#ifdef __cplusplus
}
#endif

#endif
