/* Gives back the rows that it is given, in a way that its parameter `how` names: a plugin in C for the tests beside it.
 *
 *   move    the very arrays that came
 *   copy    arrays and schemas of its own, in memory of the language's own
 *   u, U    copies, with texts that have offsets of 32 or 64 bits in the place of views
 *   int8    copies, with keys of 8 bits in the place of those of 32
 *
 * Everything else is a lie; `lie` has them all.
 */
#include "swath_plugin.h"

#include <stdlib.h>
#include <string.h>

static struct swath_status answered(void) {
    return (struct swath_status){.code = SWATH_CODE_OK};
}

static struct swath_status refused(uint32_t code, const char *words) {
    return (struct swath_status){.code = code, .message = {.bytes = (const uint8_t *)words, .length = strlen(words)}};
}

/* Memory, or the end: a test has enough. */
static void *made(size_t bytes) {
    void *memory = calloc(bytes + 1, 1);
    if (!memory) abort();
    return memory;
}

static void *copied(const void *of, size_t bytes) {
    void *memory = made(bytes);
    if (bytes > 0) memcpy(memory, of, bytes);
    return memory;
}

static bool is(const char *one, const char *other) {
    return strcmp(one, other) == 0;
}

/* ---- schemas ---------------------------------------------------------------------------------------------------------------- */

static void drop_schema(struct ArrowSchema *schema) {
    if (schema && schema->release) schema->release(schema);
}

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        drop_schema(schema->children[i]);
        free(schema->children[i]);
    }
    drop_schema(schema->dictionary);
    free(schema->dictionary);
    free(schema->children);
    free((void *)schema->format);
    free((void *)schema->name);
    free((void *)schema->metadata);
    schema->release = NULL;
}

/* How many bytes metadata have: a number of pairs, then of each text its length and its bytes. */
static size_t metadata_size(const char *metadata) {
    int32_t pairs;
    memcpy(&pairs, metadata, sizeof pairs);
    size_t at = sizeof pairs;
    for (int32_t text = 0; text < 2 * pairs; text++) {
        int32_t length;
        memcpy(&length, metadata + at, sizeof length);
        at += sizeof length + (size_t)length;
    }
    return at;
}

static const char *format_out(const struct ArrowSchema *of, const char *how) {
    if (is(of->format, "vu") && (is(how, "u") || is(how, "U"))) return how;
    if (of->dictionary && is(how, "int8")) return "c";
    return of->format;
}

static struct ArrowSchema *schema_out(const struct ArrowSchema *of, const char *how) {
    struct ArrowSchema *out = made(sizeof *out);
    const char *format = format_out(of, how);
    *out = (struct ArrowSchema){
        .format = copied(format, strlen(format)),
        .name = of->name ? copied(of->name, strlen(of->name)) : NULL,
        .metadata = of->metadata ? copied(of->metadata, metadata_size(of->metadata)) : NULL,
        .flags = is(how, "nulls") ? of->flags & ~ARROW_FLAG_NULLABLE : of->flags,
        .n_children = of->n_children,
        .children = made((size_t)of->n_children * sizeof *out->children),
        .release = release_schema,
    };
    for (int64_t i = 0; i < of->n_children; i++) out->children[i] = schema_out(of->children[i], how);
    if (of->dictionary) out->dictionary = schema_out(of->dictionary, how);
    return out;
}

/* ---- arrays ------------------------------------------------------------------------------------------------------------------ */

static void drop_array(struct ArrowArray *array) {
    if (array && array->release) array->release(array);
}

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        drop_array(array->children[i]);
        free(array->children[i]);
    }
    drop_array(array->dictionary);
    free(array->dictionary);
    free(array->children);
    for (int64_t i = 0; i < array->n_buffers; i++) free((void *)array->buffers[i]);
    free((void *)array->buffers);
    array->release = NULL;
}

/* How many bits a value has whose type has values of one width. */
static size_t width(const char *format) {
    switch (format[0]) {
    case 'b': return 1;
    case 'c': case 'C': return 8;
    case 's': case 'S': return 16;
    case 'i': case 'I': case 'f': return 32;
    case 'd': return 128;
    case 't':
        if (format[1] == 'd' && format[2] == 'D') return 32;
        if (format[1] == 't' && (format[2] == 's' || format[2] == 'm')) return 32;
        return 64;
    default: return 64;
    }
}

struct view {
    int32_t length;
    char prefix[4];
    int32_t block;
    int32_t offset;
};

static const char *text_of(const struct ArrowArray *texts, const struct view *view) {
    if (view->length <= 12) return view->prefix;
    return (const char *)texts->buffers[2 + view->block] + view->offset;
}

/* Views as texts one behind the other, and where each begins. */
static void texts_out(struct ArrowArray *out, const struct ArrowArray *of, size_t rows, bool is_large) {
    const uint8_t *valid = of->buffers[0];
    const struct view *views = of->buffers[1];
    size_t all = 0, size = is_large ? 8 : 4;
    for (size_t row = 0; row < rows; row++) all += (size_t)views[row].length;
    char *texts = made(all), *offsets = made((rows + 1) * size);
    int64_t at = 0;
    for (size_t row = 0; row < rows; row++) {
        if (!valid || valid[row / 8] >> (row % 8) & 1) {
            memcpy(texts + at, text_of(of, &views[row]), (size_t)views[row].length);
            at += views[row].length;
        }
        int32_t small = (int32_t)at;
        memcpy(offsets + (row + 1) * size, is_large ? (void *)&at : (void *)&small, size);
    }
    out->n_buffers = 3;
    out->buffers[1] = offsets;
    out->buffers[2] = texts;
}

static void views_out(struct ArrowArray *out, const struct ArrowArray *of, size_t rows) {
    int64_t blocks = of->n_buffers - 3;
    const int64_t *sizes = of->buffers[of->n_buffers - 1];
    out->buffers[1] = copied(of->buffers[1], rows * sizeof(struct view));
    for (int64_t i = 0; i < blocks; i++) out->buffers[2 + i] = copied(of->buffers[2 + i], (size_t)sizes[i]);
    out->buffers[of->n_buffers - 1] = copied(sizes, (size_t)blocks * sizeof *sizes);
}

static void keys_out(struct ArrowArray *out, const struct ArrowArray *of, size_t rows) {
    const uint32_t *keys = of->buffers[1];
    int8_t *small = made(rows);
    for (size_t row = 0; row < rows; row++) small[row] = (int8_t)keys[row];
    out->buffers[1] = small;
}

/* An array of this type with its offset, in memory of our own. */
static struct ArrowArray *array_out(const struct ArrowArray *of, const struct ArrowSchema *type, const char *how) {
    struct ArrowArray *out = made(sizeof *out);
    size_t rows = (size_t)(of->length + of->offset);
    *out = (struct ArrowArray){
        .length = of->length,
        .null_count = of->null_count,
        .offset = of->offset,
        .n_buffers = of->n_buffers,
        .n_children = of->n_children,
        .buffers = made((size_t)(of->n_buffers + 3) * sizeof *out->buffers),
        .children = made((size_t)of->n_children * sizeof *out->children),
        .release = release_array,
    };
    if (of->n_buffers > 0 && of->buffers[0]) out->buffers[0] = copied(of->buffers[0], (rows + 7) / 8);
    if (is(type->format, "vu") && (is(how, "u") || is(how, "U"))) texts_out(out, of, rows, is(how, "U"));
    else if (type->format[0] == 'v') views_out(out, of, rows);
    else if (is(type->format, "+l")) out->buffers[1] = rows > 0 ? copied(of->buffers[1], (rows + 1) * 4) : made(4);
    else if (type->dictionary && is(how, "int8")) keys_out(out, of, rows);
    else if (of->n_buffers == 2) out->buffers[1] = copied(of->buffers[1], (rows * width(type->format) + 7) / 8);
    for (int64_t i = 0; i < of->n_children; i++) out->children[i] = array_out(of->children[i], type->children[i], how);
    if (of->dictionary) out->dictionary = array_out(of->dictionary, type->dictionary, how);
    return out;
}

/* ---- lies -------------------------------------------------------------------------------------------------------------------- */

static void lie(struct ArrowArray *rows, const char *how) {
    struct ArrowArray *first = rows->n_children > 0 ? rows->children[0] : NULL;
    if (is(how, "released")) drop_array(rows), *rows = (struct ArrowArray){0};
    if (is(how, "length")) rows->length = -1;
    if (is(how, "longer")) rows->length++;
    if (is(how, "children")) rows->n_children++;
    if (is(how, "buffers")) first->n_buffers = -1;
    if (is(how, "inner")) drop_array(first);
    if (is(how, "dictionary")) first->dictionary = NULL;
    /* What only a look at all values finds. */
    if (is(how, "key")) ((uint32_t *)first->buffers[1])[0] = 1000;
    if (is(how, "utf8")) ((struct view *)first->buffers[1])[0].prefix[0] = (char)0xff;
}

/* ---- the function ------------------------------------------------------------------------------------------------------------- */

/* What it is bound to. */
struct echo {
    char how[16];
    struct ArrowSchema inputs;
};

static bool is_moved(const char *how) {
    static const char *const MOVED[] = {"move", "released", "length", "longer", "children", "buffers", "inner", "dictionary"};
    for (size_t i = 0; i < sizeof MOVED / sizeof *MOVED; i++) {
        if (is(how, MOVED[i])) return true;
    }
    return false;
}

static struct swath_status step(void *instance, uint32_t input, struct ArrowArray rows, struct swath_step *out) {
    const struct echo *echo = instance;
    *out = (struct swath_step){.next = input == SWATH_NO_INPUT ? SWATH_STEP_INPUT : SWATH_STEP_DONE};
    if (!rows.release) return answered();
    out->next = SWATH_STEP_OUTPUT;
    if (is_moved(echo->how)) {
        out->rows = rows;
    } else {
        struct ArrowArray *copy = array_out(&rows, echo->inputs.children[0], echo->how);
        drop_array(&rows);
        out->rows = *copy;
        free(copy);
    }
    lie(&out->rows, echo->how);
    return answered();
}

/* A run has nothing of its own. */
static void drop_run(void *instance) {
    (void)instance;
}

static const struct swath_run_table RUN = {.entries = SWATH_RUN_TABLE_ENTRIES, .drop = drop_run, .step = step};

static struct swath_status open(const void *instance, struct swath_host host, struct swath_place place,
                                struct ArrowArray bounds, struct swath_run *out) {
    (void)host, (void)place;
    drop_array(&bounds);
    *out = (struct swath_run){.instance = (void *)instance, .table = &RUN};
    return answered();
}

static struct swath_status no_call(const void *instance, struct swath_host host, struct swath_place place,
                                   struct ArrowArray arguments, struct ArrowArray *out) {
    (void)instance, (void)host, (void)place, (void)out;
    drop_array(&arguments);
    return refused(SWATH_CODE_UNSUPPORTED, "a function of this kind has no such call");
}

static struct swath_status no_open_aggregate(const void *instance, struct swath_host host, struct swath_place place,
                                             struct swath_aggregate_run *out) {
    (void)instance, (void)host, (void)place, (void)out;
    return refused(SWATH_CODE_UNSUPPORTED, "a function of this kind has no such call");
}

static void drop_echo(void *instance) {
    struct echo *echo = instance;
    drop_schema(&echo->inputs);
    free(echo);
}

static const struct swath_bound_table BOUND = {
    .entries = SWATH_BOUND_TABLE_ENTRIES,
    .drop = drop_echo,
    .call = no_call,
    .open = open,
    .open_aggregate = no_open_aggregate,
};

static struct swath_status bind(struct swath_host host, struct swath_bind_request request, struct swath_bound *out) {
    (void)host;
    static const char before[] = "{\"how\":\"", contract[] = "{\"rows\":\"same\",\"is_deterministic\":true}";
    struct echo *echo = made(sizeof *echo);
    echo->inputs = request.inputs;
    const char *params = (const char *)request.params.bytes;
    size_t length = request.params.length, from = sizeof before - 1;
    if (length < from + 2 || length - from - 2 >= sizeof echo->how || memcmp(params, before, from) != 0) {
        drop_echo(echo);
        return refused(SWATH_CODE_PARAMETERS, "it has one parameter, how");
    }
    memcpy(echo->how, params + from, length - from - 2);
    *out = (struct swath_bound){
        .instance = echo,
        .table = &BOUND,
        .contract = {.bytes = (const uint8_t *)contract, .length = sizeof contract - 1},
    };
    if (is_moved(echo->how)) {
        out->outputs = echo->inputs;
        echo->inputs = (struct ArrowSchema){0};
    } else {
        struct ArrowSchema *outputs = schema_out(&echo->inputs, echo->how);
        out->outputs = *outputs;
        free(outputs);
    }
    return answered();
}

/* ---- the plugin ---------------------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define TARGET "x86_64-linux"
#elif defined(__aarch64__)
#define TARGET "aarch64-linux"
#endif

#define MANIFEST                                                                                                               \
    "{\"abi\":\"1.0\",\"sdk\":\"c\",\"target\":\"" TARGET "\",\"panic\":\"unwind\",\"name\":\"echo\",\"version\":\"1.0.0\","    \
    "\"functions\":[{\"name\":\"echo\",\"kind\":\"partition\",\"params\":[{\"name\":\"how\",\"type\":\"string\"}]}]}"

__attribute__((section(".swath_plugin"), used, visibility("default")))
const char swath_plugin_manifest_v1[] = MANIFEST;

static struct swath_status init(struct swath_host host) {
    (void)host;
    return answered();
}

static const struct swath_function ECHO = {
    .entries = SWATH_FUNCTION_ENTRIES,
    .name = {.bytes = (const uint8_t *)"echo", .length = 4},
    .kind = SWATH_KIND_PARTITION,
    .bind = bind,
};

static const struct swath_function *const FUNCTIONS[] = {&ECHO};

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
