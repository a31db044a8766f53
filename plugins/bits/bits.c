/* Bits of whole numbers: a plugin in C, with no library but that of the language.
 *
 *     cc -std=c11 -O2 -shared -fPIC -I crates/swath-plugin-abi/include -o libbits.so plugins/bits/bits.c
 *
 * It has one function in expressions, `bits.count(n: int64) -> int64`: how many bits of a number are 1; null for null.
 */
#include "swath_plugin.h"

#include <stdlib.h>
#include <string.h>

/* ---- what went wrong ------------------------------------------------------------------------------------------------------ */

static struct swath_status answered(void) {
    return (struct swath_status){.code = SWATH_CODE_OK};
}

/* The words are literals: there is nothing to free. */
static struct swath_status refused(uint32_t code, const char *words) {
    return (struct swath_status){
        .code = code,
        .message = {.bytes = (const uint8_t *)words, .length = strlen(words)},
    };
}

/* ---- rows and columns by the Arrow C data interface ------------------------------------------------------------------------- */

static void drop_array(struct ArrowArray *array) {
    if (array->release) array->release(array);
}

static void drop_schema(struct ArrowSchema *schema) {
    if (schema->release) schema->release(schema);
}

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        drop_schema(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    schema->release = NULL;
}

/* A field; one that holds `child`, if there is one, which it takes. False where there is no memory. */
static bool make_schema(struct ArrowSchema *out, const char *format, const char *name, int64_t flags,
                        const struct ArrowSchema *child) {
    *out = (struct ArrowSchema){.format = format, .name = name, .flags = flags, .release = release_schema};
    if (!child) return true;
    out->children = malloc(sizeof *out->children);
    struct ArrowSchema *held = malloc(sizeof *held);
    if (!out->children || !held) {
        free(out->children);
        free(held);
        out->release = NULL;
        return false;
    }
    *held = *child;
    out->children[0] = held;
    out->n_children = 1;
    return true;
}

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        drop_array(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    for (int64_t i = 0; array->buffers && i < array->n_buffers; i++) free((void *)array->buffers[i]);
    free((void *)array->buffers);
    array->release = NULL;
}

/* An array of so many buffers, none of which is there yet, and so many children. False where there is no memory. */
static bool make_array(struct ArrowArray *out, int64_t length, int64_t buffers, int64_t children) {
    *out = (struct ArrowArray){.length = length, .n_buffers = buffers, .release = release_array};
    out->buffers = calloc((size_t)buffers, sizeof *out->buffers);
    if (children > 0) out->children = calloc((size_t)children, sizeof *out->children);
    if (!out->buffers || (children > 0 && !out->children)) {
        release_array(out);
        return false;
    }
    return true;
}

static bool is_set(const uint8_t *bits, int64_t at) {
    return !bits || (bits[at / 8] >> (at % 8) & 1);
}

/* ---- the function ------------------------------------------------------------------------------------------------------------ */

static int64_t ones(int64_t number) {
    uint64_t left = (uint64_t)number;
    int64_t count = 0;
    for (; left; left &= left - 1) count++;
    return count;
}

/* The column that comes out, of the column that came in. False where there is no memory. */
static bool count(const struct ArrowArray *column, struct ArrowArray *out) {
    const uint8_t *valid = column->null_count == 0 ? NULL : column->buffers[0];
    const int64_t *numbers = column->buffers[1];
    int64_t rows = column->length;
    if (!make_array(out, rows, 2, 0)) return false;
    uint8_t *found = calloc((size_t)rows / 8 + 1, 1);
    int64_t *counts = calloc((size_t)rows + 1, sizeof *counts);
    out->buffers[0] = found;
    out->buffers[1] = counts;
    if (!found || !counts) {
        release_array(out);
        return false;
    }
    for (int64_t row = 0; row < rows; row++) {
        int64_t at = column->offset + row;
        if (is_set(valid, at)) {
            found[row / 8] |= (uint8_t)(1 << row % 8);
            counts[row] = ones(numbers[at]);
        } else {
            out->null_count++;
        }
    }
    return true;
}

/* Nothing is kept between calls. */
static void drop_nothing(void *instance) {
    (void)instance;
}

static struct swath_status call(const void *instance, struct swath_host host, struct swath_place place,
                                struct ArrowArray arguments, struct ArrowArray *out) {
    (void)instance, (void)host, (void)place;
    struct ArrowArray column;
    bool made = count(arguments.children[0], &column);
    int64_t rows = arguments.length;
    drop_array(&arguments);
    if (!made) return refused(SWATH_CODE_MEMORY, "there is no memory for the result");
    struct ArrowArray *held = malloc(sizeof *held);
    if (!held || !make_array(out, rows, 1, 1)) {
        free(held);
        drop_array(&column);
        return refused(SWATH_CODE_MEMORY, "there is no memory for the result");
    }
    *held = column;
    out->children[0] = held;
    out->n_children = 1;
    return answered();
}

static struct swath_status no_open(const void *instance, struct swath_host host, struct swath_place place,
                                   struct ArrowArray bounds, struct swath_run *out) {
    (void)instance, (void)host, (void)place, (void)out;
    drop_array(&bounds);
    return refused(SWATH_CODE_UNSUPPORTED, "a function of this kind has no such call");
}

static struct swath_status no_open_aggregate(const void *instance, struct swath_host host, struct swath_place place,
                                             struct swath_aggregate_run *out) {
    (void)instance, (void)host, (void)place, (void)out;
    return refused(SWATH_CODE_UNSUPPORTED, "a function of this kind has no such call");
}

static const struct swath_bound_table BOUND = {
    .entries = SWATH_BOUND_TABLE_ENTRIES,
    .drop = drop_nothing,
    .call = call,
    .open = no_open,
    .open_aggregate = no_open_aggregate,
};

/* Why it cannot be called with these arguments and parameters, or null. */
static const char *unsuitable(const struct swath_bind_request *request) {
    if (request->inputs.n_children != 1 || request->inputs.children[0]->n_children != 1) return "it takes one argument";
    if (strcmp(request->inputs.children[0]->children[0]->format, "l") != 0) return "it takes an int64";
    return NULL;
}

static struct swath_status bind(struct swath_host host, struct swath_bind_request request, struct swath_bound *out) {
    (void)host;
    const char *why = unsuitable(&request);
    int64_t nullable = why ? 0 : request.inputs.children[0]->children[0]->flags & ARROW_FLAG_NULLABLE;
    drop_schema(&request.inputs);
    if (why) return refused(SWATH_CODE_META, why);
    if (request.context.length != 0) return refused(SWATH_CODE_UNSUPPORTED, "it knows no words of later versions");
    if (request.params.length != 2) return refused(SWATH_CODE_PARAMETERS, "it has no parameters");
    struct ArrowSchema column, frame, outputs;
    if (!make_schema(&column, "l", "count", nullable, NULL)) return refused(SWATH_CODE_MEMORY, "there is no memory");
    if (!make_schema(&frame, "+s", "0", 0, &column)) return refused(SWATH_CODE_MEMORY, "there is no memory");
    if (!make_schema(&outputs, "+s", "", 0, &frame)) {
        drop_schema(&frame);
        return refused(SWATH_CODE_MEMORY, "there is no memory");
    }
    static const char contract[] = "{\"is_deterministic\":true}";
    *out = (struct swath_bound){
        .table = &BOUND,
        .outputs = outputs,
        .contract = {.bytes = (const uint8_t *)contract, .length = sizeof contract - 1},
    };
    return answered();
}

/* ---- the plugin --------------------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define TARGET "x86_64-linux"
#elif defined(__aarch64__)
#define TARGET "aarch64-linux"
#endif

#define MANIFEST                                                                                                               \
    "{\"abi\":\"1.0\",\"sdk\":\"c\",\"target\":\"" TARGET "\",\"panic\":\"unwind\",\"name\":\"bits\",\"version\":\"1.0.0\","    \
    "\"description\":\"Bits of whole numbers\",\"license\":\"Apache-2.0 OR MIT\",\"functions\":[{\"name\":\"count\","           \
    "\"kind\":\"scalar\",\"doc\":\"How many bits of a number are 1; null for null.\","                                         \
    "\"example\":{\"input\":\"n: int64?\"}}]}"

/* The zero at its end is passed over. */
__attribute__((section(".swath_plugin"), used, visibility("default")))
const char swath_plugin_manifest_v1[] = MANIFEST;

static struct swath_status init(struct swath_host host) {
    (void)host;
    return answered();
}

static const struct swath_function COUNT = {
    .entries = SWATH_FUNCTION_ENTRIES,
    .name = {.bytes = (const uint8_t *)"count", .length = 5},
    .kind = SWATH_KIND_SCALAR,
    .bind = bind,
};

static const struct swath_function *const FUNCTIONS[] = {&COUNT};

static const struct swath_plugin PLUGIN = {
    .entries = SWATH_PLUGIN_ENTRIES,
    .manifest = {.bytes = (const uint8_t *)swath_plugin_manifest_v1, .length = sizeof MANIFEST - 1},
    .init = init,
    .functions = {.first = FUNCTIONS, .count = 1},
};

__attribute__((used, visibility("default"))) const struct swath_plain_root swath_plugin_root_v1 = {
    .major = 1,
    .minor = 0,
    .plugin = &PLUGIN,
};
