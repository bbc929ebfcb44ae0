//! Why a file could not be read.

use super::{FILE_BYTES_MAX, packed};
use std::fmt;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is nothing of that name.
    NotFound,
    /// A symbolic link to nothing.
    Dangling,
    /// A symbolic link to a folder that holds it.
    Loop,
    /// It lies outside the project's root, directly or through a symbolic link.
    OutsideRoot,
    /// Over [`FILE_BYTES_MAX`].
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// A folder, a socket, a device.
    NotAFile,
    /// Its name is not UTF-8; reports could not name it.
    NameNotUtf8,
    /// What it is packed as cannot be unpacked.
    Packed {
        /// The format.
        packing: &'static str,
        /// How many bytes came out before.
        after: u64,
        /// What is wrong.
        why: String,
    },
    /// Over [`packed::STREAM_BYTES_MAX`], unpacked.
    StreamTooLong,
    /// What the system said.
    Io(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Dangling => f.write_str("a symbolic link to nothing"),
            Self::Loop => f.write_str("a symbolic link that leads back to itself"),
            Self::OutsideRoot => f.write_str("it lies outside the project's root"),
            Self::TooLarge { bytes } => {
                write!(f, "{bytes} bytes are more than the {FILE_BYTES_MAX} that are read")
            }
            Self::NotAFile => f.write_str("not a regular file"),
            Self::NameNotUtf8 => f.write_str("its name is not UTF-8"),
            Self::Packed { packing, after, why } => {
                write!(f, "{packing} data that breaks after {after} unpacked bytes: {why}")
            }
            Self::StreamTooLong => {
                let max = packed::STREAM_BYTES_MAX;
                write!(f, "it holds more than the {max} bytes that are read")
            }
            Self::Io(message) => f.write_str(message),
        }
    }
}
