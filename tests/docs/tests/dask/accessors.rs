//! The accessors of columns: text, times and categories.

pub(crate) mod str {
    use crate::row::map;
    use swath::prelude::*;
    use swath::{Pattern, concat_str};

    map! {
        "Text: `.str`", "str", ()
        ["lower" "upper" "casefold"] Same { col("s").str().lower(), col("s").str().upper(), col("s").str().casefold() } "of coded text once an entry, as everything here";
        ["capitalize" "title" "swapcase"] Same { col("s").str().capitalize(), col("s").str().title(), col("s").str().swapcase() };
        ["strip" "lstrip" "rstrip"] Same { col("s").str().strip(), col("s").str().lstrip(), col("s").str().rstrip(), col("s").str().strip_chars("-_") };
        ["removeprefix" "removesuffix"] Same { col("s").str().removeprefix("a"), col("s").str().removesuffix("z") };
        ["len"] Same { col("s").str().len() };
        ["isalpha" "isalnum" "isdigit" "isdecimal" "isnumeric"] Same { col("s").str().isalpha(), col("s").str().isalnum(), col("s").str().isdigit(), col("s").str().isdecimal(), col("s").str().isnumeric() };
        ["isspace" "islower" "isupper" "istitle"] Same { col("s").str().isspace(), col("s").str().islower(), col("s").str().isupper(), col("s").str().istitle() };
        ["contains"] Same { col("s").str().contains("a.c"), col("s").str().contains(Pattern::literal("a.c")) };
        ["startswith" "endswith"] Same { col("s").str().startswith("a"), col("s").str().endswith("z") };
        ["match"] Renamed { col("s").str().matches("a.*") } "`match` is a keyword of Rust";
        ["fullmatch"] Same { col("s").str().fullmatch("a.*") };
        ["count"] Same { col("s").str().count("a") };
        ["find" "rfind"] Same { col("s").str().find("a"), col("s").str().rfind("a") };
        ["index" "rindex"] No "`find` says -1 where these fail";
        ["extract"] Different { col("s").str().extract("(a+)(b+)", 1) } "one group a call";
        ["findall"] Same { col("s").str().findall("[0-9]+") } "whole matches, as a list";
        ["extractall"] Different { col("s").str().findall("[0-9]+") } "a list in the row, which `explode` makes rows of";
        ["replace"] Same { col("s").str().replace("a", "b"), col("s").str().replace(Pattern::regex("(a)"), "$1") };
        ["slice_replace"] Same { col("s").str().slice_replace(..3, "x") };
        ["translate"] Same { col("s").str().translate("áé-", "ae") } "characters for characters; what has none in its place goes";
        ["split"] Different { col("s").str().split(","), col("s").str().split_whitespace() } "a list; `.list().get(0)` takes a piece, and no `expand` has to know how many there are";
        ["rsplit"] Different { col("s").str().rsplit(".", 1), col("s").str().splitn(",", 2) } "lists";
        ["partition" "rpartition"] Different { col("s").str().partition("-"), col("s").str().rpartition("-") } "lists of three";
        ["get"] Same { col("s").str().get(0) };
        ["slice"] Same { col("s").str().slice(..3) } "Rust's ranges, from the end if negative";
        ["ljust" "rjust" "center" "pad"] Same { col("s").str().ljust(8, ' '), col("s").str().rjust(8, ' '), col("s").str().center(8, ' '), col("s").str().pad(8, ' ') };
        ["zfill"] Same { col("s").str().zfill(8) };
        ["repeat"] Same { col("s").str().repeat(3) };
        ["cat"] Same { col("s").str().cat(col("t")), concat_str([col("s"), col("t")], "-") };
        ["join"] Later;
        ["encode" "decode"] Different { col("s").cast("binary"), col("b").cast("string") } "UTF-8";
        ["wrap"] Same { col("s").str().wrap(80) } "at blanks";
        ["normalize"] Later;
    }
}

pub(crate) mod dt {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Times: `.dt`", "dt", (df: &DataFrame)
        ["year" "month" "day" "hour" "minute" "second"] Same { col("t").dt().year(), col("t").dt().month(), col("t").dt().day(), col("t").dt().hour(), col("t").dt().minute(), col("t").dt().second() };
        ["microsecond" "nanosecond"] Same { col("t").dt().microsecond(), col("t").dt().nanosecond() };
        ["quarter"] Same { col("t").dt().quarter() };
        ["week" "weekofyear"] Same { col("t").dt().week(), col("t").dt().weekofyear() };
        ["weekday" "dayofweek" "day_of_week"] Same { col("t").dt().weekday(), col("t").dt().dayofweek(), col("t").dt().day_of_week() };
        ["dayofyear" "day_of_year"] Same { col("t").dt().dayofyear(), col("t").dt().day_of_year() };
        ["days_in_month" "daysinmonth"] Same { col("t").dt().days_in_month(), col("t").dt().daysinmonth() };
        ["is_leap_year"] Same { col("t").dt().is_leap_year() };
        ["is_month_start" "is_month_end"] Same { col("t").dt().is_month_start(), col("t").dt().is_month_end() };
        ["is_quarter_start" "is_quarter_end"] Same { col("t").dt().is_quarter_start(), col("t").dt().is_quarter_end() };
        ["is_year_start" "is_year_end"] Same { col("t").dt().is_year_start(), col("t").dt().is_year_end() };
        ["isocalendar"] Different { col("t").dt().isoyear(), col("t").dt().week() } "a column each";
        ["day_name" "month_name"] Same { col("t").dt().day_name(), col("t").dt().month_name() };
        ["date" "time"] Same { col("t").dt().date(), col("t").dt().time() };
        ["floor" "ceil" "round"] Same { col("t").dt().floor("h"), col("t").dt().ceil("15min"), col("t").dt().round("s") };
        ["normalize"] Same { col("t").dt().normalize() };
        ["strftime"] Same { col("t").dt().strftime("%Y-%m") };
        ["tz_convert" "tz_localize"] Same { col("t").dt().tz_convert("Asia/Tokyo"), col("t").dt().tz_localize("Europe/Zurich") };
        ["tz"] Different { df.meta().dtype("t") } "the dtype has it";
        ["timetz"] No "a time of day without its day has no zone";
        ["total_seconds" "days" "seconds" "microseconds" "nanoseconds"] Same { col("d").dt().total_seconds(), col("d").dt().days(), col("d").dt().seconds(), col("d").dt().microseconds(), col("d").dt().nanoseconds() };
        ["components"] Different { col("d").dt().days(), col("d").dt().seconds() } "a column each";
        ["freq"] No "a column promises no frequency";
        ["to_period" "to_timestamp" "start_time" "end_time" "qyear"] No "there are no periods: `floor(\"mo\")` is the month, and `offset_by(\"1mo\")` the next";
        ["to_pydatetime" "to_pytimedelta"] No "there is no Python; `table.rows` takes any type that serde can make";
    }
}

pub(crate) mod cat {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Categories: `.cat`", "cat", (df: &DataFrame)
        ["categories"] Different { df.unique("c") } "those that occur";
        ["codes"] No "codes belong to batches and differ between them";
        ["known" "as_known" "as_unknown"] No "a category is text that is kept as codes; the dtype has no list to know";
        ["ordered" "as_ordered" "as_unordered" "reorder_categories"] No "categories compare as text";
        ["add_categories" "remove_categories" "remove_unused_categories" "set_categories"] No "there is no list to change";
        ["rename_categories"] Different { df.replace([("m", "male")]) };
    }
}
