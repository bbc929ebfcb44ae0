//! Amounts as people read them.

/// A number of things: "312", "31,200", "41.2 million".
pub fn count(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{},{:03}", number / 1_000, number % 1_000),
        1_000_000..1_000_000_000 => format!("{} million", tenths(number, 1_000_000)),
        _ => format!("{} billion", tenths(number, 1_000_000_000)),
    }
}

/// An amount of bytes, in powers of 1024 as PostgreSQL counts them: "64 kB", "12.3 GB".
pub fn bytes(number: u64) -> String {
    const UNITS: [(&str, u32); 4] = [("TB", 40), ("GB", 30), ("MB", 20), ("kB", 10)];
    let fits = UNITS.into_iter().find(|(_, bits)| number >= 1 << bits);
    match fits {
        Some((unit, bits)) => format!("{} {unit}", tenths(number, 1 << bits)),
        None => format!("{number} bytes"),
    }
}

/// How often `unit` fits, to a tenth below ten of them; cut off.
fn tenths(number: u64, unit: u64) -> String {
    let (whole, tenth) = (number / unit, number % unit / (unit / 10));
    if whole < 100 && tenth > 0 { format!("{whole}.{tenth}") } else { whole.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        let counts = [0, 999, 1_000, 31_200, 999_999, 1_000_000, 41_290_000, 412_000_000, u64::MAX];
        assert_eq!(
            counts.map(count),
            [
                "0",
                "999",
                "1,000",
                "31,200",
                "999,999",
                "1 million",
                "41.2 million",
                "412 million",
                "18446744073 billion",
            ]
        );
        let sizes = [0, 1_023, 1_024, 65_536, 13 << 30, (12 << 30) + (1 << 29), u64::MAX];
        assert_eq!(
            sizes.map(bytes),
            ["0 bytes", "1023 bytes", "1 kB", "64 kB", "13 GB", "12.5 GB", "16777215 TB"]
        );
    }
}
