//! Days, for allows that end and statistics that age.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i64,
    month: u8,
    day: u8,
}

impl Date {
    /// The day (UTC) of a number of seconds since 1970.
    ///
    /// Counts in years that begin on 1 March, where the leap day is the last one (Howard
    /// Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
    pub fn from_unix_seconds(seconds: i64) -> Self {
        const DAYS_PER_ERA: i64 = 146_097;
        let days = seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).unwrap_or(u8::MAX);
        Self { year, month: small(month), day: small(day) }
    }

    /// Days since 1970 (as above, `days_from_civil`).
    pub fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let shifted_month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day of a moment in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
    ///
    /// # Errors
    /// What it should look like.
    pub fn of_timestamp(text: &str) -> Result<Self, String> {
        let error =
            || format!("`{text}` is not a moment in UTC; write it like 2026-12-31T23:59:59Z");
        let (day, time) = text.split_once('T').ok_or_else(error)?;
        let time = time.strip_suffix('Z').ok_or_else(error)?;
        let parts: Vec<&str> = time.split(':').collect();
        let fits = |part: &&str, max: u8| {
            part.len() == 2
                && part.bytes().all(|it| it.is_ascii_digit())
                && part.parse().is_ok_and(|it: u8| it <= max)
        };
        // A leap second is the 60th.
        match parts.as_slice() {
            [hour, minute, second] if fits(hour, 23) && fits(minute, 59) && fits(second, 60) => {
                day.parse().map_err(|_| error())
            }
            _ => Err(error()),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = String;

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("`{text}` is not a date; write YYYY-MM-DD, like 2026-12-31");
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return Err(error()) };
        if [year.len(), month.len(), day.len()] != [4, 2, 2]
            || !parts.concat().bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(error());
        }
        let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else {
            return Err(error());
        };
        let date = Self { year, month, day };
        if date.is_in_calendar() { Ok(date) } else { Err(error()) }
    }
}

impl Date {
    fn is_in_calendar(self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_days() {
        let date = |seconds| Date::from_unix_seconds(seconds).to_string();
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(951_868_800), "2000-03-01");
        assert_eq!(date(1_798_761_599), "2026-12-31");
        assert_eq!(date(1_798_761_600), "2027-01-01");
    }

    #[test]
    fn days_are_counted_both_ways() {
        for days in [-719_468, -1, 0, 59, 60, 11_016, 11_017, 20_777] {
            assert_eq!(Date::from_unix_seconds(days * 86_400).days(), days);
        }
    }

    #[test]
    fn moments_have_a_day() {
        let day = |text| Date::of_timestamp(text).map(|it| it.to_string());
        assert_eq!(day("2026-11-01T03:04:05Z").unwrap(), "2026-11-01");
        for bad in [
            "2026-11-01",
            "2026-11-01T03:04:05",
            "2026-11-01 03:04:05Z",
            "2026-11-01T03:04Z",
            "2026-11-01T24:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-01T3:04:05Z",
            "T00:00:00Z",
            "",
        ] {
            assert!(day(bad).unwrap_err().contains("like 2026-12-31T23:59:59Z"), "{bad}");
        }
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        for good in ["2024-02-29", "2026-12-31"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        for bad in
            ["2026-02-29", "2026-13-01", "2026-1-1", "+026-01-01", "tomorrow", "", "2026-00-10"]
        {
            assert!(bad.parse::<Date>().unwrap_err().contains("YYYY-MM-DD"), "{bad}");
        }
    }
}
