//! The accessor `dt`: what can be asked of dates, timestamps and durations.

use crate::{Expr, FunctionRef};

impl Expr {
    /// Functions of dates, timestamps and durations, by the names of pandas' `.dt`. Those of timestamps with a zone see its local time.
    ///
    /// ```
    /// use swath_expr::col;
    ///
    /// assert_eq!(col("date").dt().floor("h").to_string(), r#"date.dt().floor("h")"#);
    /// ```
    pub fn dt(&self) -> DatetimeAccessor {
        DatetimeAccessor(self.clone())
    }
}

/// Functions of times; see [`Expr::dt`]. Null stays null.
#[derive(Clone, Debug)]
pub struct DatetimeAccessor(Expr);

macro_rules! plain {
    ($($(#[$doc:meta])* $method:ident $function:literal;)*) => { $(
        $(#[$doc])*
        #[track_caller]
        pub fn $method(&self) -> Expr {
            self.call($function, vec![])
        }
    )* };
}

/// Parts of dates and timestamps: whole numbers in `int32`.
impl DatetimeAccessor {
    plain! {
        /// The year.
        year "dt.year";
        /// The month, 1 to 12.
        month "dt.month";
        /// The day of the month, 1 to 31.
        day "dt.day";
        /// The hour, 0 to 23; of dates 0.
        hour "dt.hour";
        /// The minute, 0 to 59.
        minute "dt.minute";
        /// The second, 0 to 59.
        second "dt.second";
        /// The milliseconds of the second, 0 to 999.
        millisecond "dt.millisecond";
        /// The microseconds of the second, 0 to 999999.
        microsecond "dt.microsecond";
        /// The nanoseconds of the microsecond, 0 to 999.
        nanosecond "dt.nanosecond";
        /// The day of the week: Monday is 0, Sunday 6.
        weekday "dt.dayofweek";
        /// [`weekday`](Self::weekday) by another of pandas' names.
        dayofweek "dt.dayofweek";
        /// [`weekday`](Self::weekday) by another of pandas' names.
        day_of_week "dt.dayofweek";
        /// The day of the year, 1 to 366.
        dayofyear "dt.dayofyear";
        /// [`dayofyear`](Self::dayofyear) by another of pandas' names.
        day_of_year "dt.dayofyear";
        /// The quarter, 1 to 4.
        quarter "dt.quarter";
        /// The week of ISO 8601, 1 to 53: weeks begin on Mondays and belong to the year of their Thursday, see
        /// [`isoyear`](Self::isoyear).
        week "dt.week";
        /// [`week`](Self::week) by another of pandas' names.
        weekofyear "dt.week";
        /// The year that the [`week`](Self::week) belongs to.
        isoyear "dt.isoyear";
        /// The century: 2000 is in the 20th.
        century "dt.century";
        /// The number of days in the month.
        days_in_month "dt.days_in_month";
        /// [`days_in_month`](Self::days_in_month) by another of pandas' names.
        daysinmonth "dt.days_in_month";
    }
}

/// Questions about dates and timestamps, their names, and other times made of them.
impl DatetimeAccessor {
    plain! {
        /// The year has a 29th of February.
        is_leap_year "dt.is_leap_year";
        /// The day is the first of its month.
        is_month_start "dt.is_month_start";
        /// The day is the last of its month.
        is_month_end "dt.is_month_end";
        /// The day is the first of its quarter.
        is_quarter_start "dt.is_quarter_start";
        /// The day is the last of its quarter.
        is_quarter_end "dt.is_quarter_end";
        /// The day is the first of January.
        is_year_start "dt.is_year_start";
        /// The day is the 31st of December.
        is_year_end "dt.is_year_end";
        /// The day is a Saturday or Sunday.
        is_weekend "dt.is_weekend";
        /// The English name of the day of the week.
        day_name "dt.day_name";
        /// The English name of the month.
        month_name "dt.month_name";
        /// The day, as `date`.
        date "dt.date";
        /// The time of day, as `time`.
        time "dt.time";
    }

    /// The last multiple of a frequency that is not later: `h`, `15min`, `1d`, `w`, `mo`, `q`, `y`; see
    /// [`Frequency`](crate::Frequency).
    ///
    /// The dtype stays, but dates give `timestamp[us]`. Frequencies of a fixed length count from 1970-01-01T00:00, weeks from a
    /// Monday, months from January of the year 0. Durations are floored to fixed lengths.
    #[track_caller]
    pub fn floor(&self, frequency: &str) -> Expr {
        self.call("dt.floor", vec![frequency.into()])
    }

    /// The first multiple of a frequency that is not earlier; see [`floor`](Self::floor).
    #[track_caller]
    pub fn ceil(&self, frequency: &str) -> Expr {
        self.call("dt.ceil", vec![frequency.into()])
    }

    /// The nearest multiple of a frequency of a fixed length, of two equally near the even one; see [`floor`](Self::floor).
    #[track_caller]
    pub fn round(&self, frequency: &str) -> Expr {
        self.call("dt.round", vec![frequency.into()])
    }

    /// Midnight of the day.
    #[track_caller]
    pub fn normalize(&self) -> Expr {
        self.floor("d")
    }

    /// Moved by a span of time: `1mo`, `-2y`, `36h`. Months keep the day, or take the month's last; days and longer keep the local
    /// time of a zone. As adding pandas' `DateOffset`.
    #[track_caller]
    pub fn offset_by(&self, span: &str) -> Expr {
        self.call("dt.offset_by", vec![span.into()])
    }

    /// The text of a format in the directives of Python's `strftime`, such as `%Y-%m-%d %H:%M:%S`; also `%L` for milliseconds, `%N`
    /// for nanoseconds, `%s` for seconds since 1970.
    #[track_caller]
    pub fn strftime(&self, format: &str) -> Expr {
        self.call("dt.strftime", vec![format.into()])
    }
}

/// Time zones.
impl DatetimeAccessor {
    /// The same instants, shown in another zone; with `None`, in UTC and without a zone. Costs nothing.
    ///
    /// Zones are IANA names (`Europe/Zurich`), offsets (`+01:00`), or `UTC`.
    #[track_caller]
    pub fn tz_convert<'a>(&self, zone: impl Into<Option<&'a str>>) -> Expr {
        let function = FunctionRef::new("dt.tz_convert").param("zone", zone.into());
        Expr::call_with(function, vec![self.0.clone()])
    }

    /// Wall-clock times as those of a zone; with `None`, the wall-clock times that the zone shows.
    ///
    /// A time that the zone shows twice or never is an error that names it; see [`TzLocalize`] for what else can be done.
    ///
    /// ```
    /// use swath_expr::{TzLocalize, col};
    ///
    /// col("at").dt().tz_localize("Europe/Zurich");
    /// col("at").dt().tz_localize(TzLocalize::new("Europe/Zurich").ambiguous("earlier").nonexistent("shift_forward"));
    /// col("at").dt().tz_localize(None);
    /// ```
    #[track_caller]
    pub fn tz_localize(&self, zone: impl Into<TzLocalize>) -> Expr {
        let TzLocalize {
            zone,
            ambiguous,
            nonexistent,
        } = zone.into();
        let mut function = FunctionRef::new("dt.tz_localize").param("zone", zone);
        for (name, choice) in [("ambiguous", ambiguous), ("nonexistent", nonexistent)] {
            if let Some(choice) = choice {
                function = function.param(name, choice);
            }
        }
        Expr::call_with(function, vec![self.0.clone()])
    }
}

/// Parts of durations.
impl DatetimeAccessor {
    plain! {
        /// The duration in seconds, as `float64`.
        total_seconds "dt.total_seconds";
        /// Its whole days, rounded down.
        days "dt.days";
        /// The whole seconds that the days leave, 0 to 86399.
        seconds "dt.seconds";
        /// The microseconds that the seconds leave.
        microseconds "dt.microseconds";
        /// The nanoseconds that the microseconds leave.
        nanoseconds "dt.nanoseconds";
    }

    #[track_caller]
    fn call(&self, function: &str, rest: Vec<Expr>) -> Expr {
        let mut args = vec![self.0.clone()];
        args.extend(rest);
        Expr::call_with(FunctionRef::new(function), args)
    }
}

/// How wall-clock times become those of a zone; see [`DatetimeAccessor::tz_localize`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TzLocalize {
    zone: Option<String>,
    ambiguous: Option<String>,
    nonexistent: Option<String>,
}

impl TzLocalize {
    /// In this zone; times that it shows twice or never are errors.
    pub fn new(zone: impl Into<String>) -> Self {
        Self {
            zone: Some(zone.into()),
            ambiguous: None,
            nonexistent: None,
        }
    }

    /// What a time stands for that is shown twice, because the clock is set back: `earlier`, `later`, `null` or `raise`.
    pub fn ambiguous(self, choice: impl Into<String>) -> Self {
        Self {
            ambiguous: Some(choice.into()),
            ..self
        }
    }

    /// What a time stands for that is never shown, because the clock is set forward: `shift_forward` (when it is),
    /// `shift_backward` (the last count before), `null` or `raise`.
    pub fn nonexistent(self, choice: impl Into<String>) -> Self {
        Self {
            nonexistent: Some(choice.into()),
            ..self
        }
    }
}

impl From<&str> for TzLocalize {
    fn from(zone: &str) -> Self {
        Self::new(zone)
    }
}

impl From<Option<&str>> for TzLocalize {
    fn from(zone: Option<&str>) -> Self {
        Self {
            zone: zone.map(str::to_owned),
            ambiguous: None,
            nonexistent: None,
        }
    }
}
