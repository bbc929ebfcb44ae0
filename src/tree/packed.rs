//! Files that are packed: gzip and Zstandard, known by their first bytes and not by their names.

use super::ReadError;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::ops::ControlFlow;

/// The most that is shown of a file, in bytes (1 GiB): a few packed kilobytes may hold terabytes.
pub const STREAM_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// How much is shown at once, in bytes.
const BLOCK_BYTES: usize = 16 * 1024;

/// RFC 1952, section 2.3.1, with the one method that there is.
const GZIP: &[u8] = &[0x1f, 0x8b, 8];

/// RFC 8878, section 3.1.1.
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Shows the bytes of a file block by block, unpacked where it is packed, until the viewer has
/// seen enough.
///
/// # Errors
/// What the system said, what is wrong with the packed data, or that there is too much of it.
pub fn stream(
    file: impl Read,
    see: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    unpack(file, STREAM_BYTES_MAX, see)
}

fn unpack(
    file: impl Read,
    bytes_max: u64,
    see: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    let mut file = BufReader::with_capacity(BLOCK_BYTES, file);
    let start = file.fill_buf().map_err(|error| ReadError::Io(error.to_string()))?;
    let mut unpacked = Unpacked { packing: "", bytes: 0, bytes_max, see };
    if start.starts_with(GZIP) {
        unpacked.packing = "gzip";
        return unpacked.copy(&mut MultiGzDecoder::new(file)).map(drop);
    }
    if start.starts_with(ZSTANDARD) {
        unpacked.packing = "Zstandard";
        return frames(&mut file, &mut unpacked);
    }
    unpacked.copy(&mut file).map(drop)
}

/// What came out so far, and who looks at it.
struct Unpacked<'a> {
    /// The name of the format; empty for a file that is not packed.
    packing: &'static str,
    bytes: u64,
    bytes_max: u64,
    see: &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>,
}

impl Unpacked<'_> {
    /// Shows all that a reader gives; `Break` where that was enough.
    fn copy(&mut self, from: &mut dyn Read) -> Result<ControlFlow<()>, ReadError> {
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let read = match from.read(&mut block) {
                Ok(0) => return Ok(ControlFlow::Continue(())),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.broken(&error)),
            };
            self.bytes = self.bytes.saturating_add(read as u64);
            if self.bytes > self.bytes_max {
                return Err(ReadError::StreamTooLong);
            }
            if (self.see)(block.get(..read).unwrap_or_default()).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    fn broken(&self, error: &io::Error) -> ReadError {
        if self.packing.is_empty() {
            return ReadError::Io(error.to_string());
        }
        let why = match ends_early(error) {
            true => "the file is cut off".to_owned(),
            false => error.to_string(),
        };
        ReadError::Packed { packing: self.packing, after: self.bytes, why }
    }
}

/// Whether the packed data ended too early; the reader of Zstandard says so in a source of its
/// error.
fn ends_early(error: &io::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        let found = error.downcast_ref::<io::Error>();
        if found.is_some_and(|it| it.kind() == ErrorKind::UnexpectedEof) {
            return true;
        }
        // An `io::Error` that wraps another has that one's source, not the other itself.
        let inner = found.and_then(|it| it.get_ref());
        source =
            inner.map(|it| it as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    false
}

/// Unpacks frame after frame (RFC 8878, section 3.1).
fn frames(file: &mut impl BufRead, unpacked: &mut Unpacked<'_>) -> Result<(), ReadError> {
    loop {
        match file.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(unpacked.broken(&error)),
        }
        let mut frame = match StreamingDecoder::new(&mut *file) {
            Ok(frame) => frame,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let mut skipped = (&mut *file).take(u64::from(length));
                io::copy(&mut skipped, &mut io::sink()).map_err(|error| unpacked.broken(&error))?;
                continue;
            }
            Err(error) => return Err(unpacked.broken(&io::Error::other(error))),
        };
        if unpacked.copy(&mut frame)?.is_break() {
            return Ok(());
        }
        let decoder = frame.into_frame_decoder();
        let stated = decoder.get_checksum_from_data();
        if stated.is_some() && stated != decoder.get_calculated_checksum() {
            return Err(unpacked.broken(&io::Error::other("the checksum does not agree")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    fn packed(text: &[u8]) -> [Vec<u8>; 2] {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text).unwrap();
        [gzip.finish().unwrap(), compress_to_vec(text, CompressionLevel::Fastest)]
    }

    fn unpacked(bytes: &[u8], bytes_max: u64) -> Result<Vec<u8>, String> {
        let mut seen = Vec::new();
        let result = unpack(bytes, bytes_max, &mut |block| {
            seen.extend_from_slice(block);
            ControlFlow::Continue(())
        });
        result.map(|()| seen).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_packed_comes_out_and_no_more_than_the_most() {
        let text = b"blank ".repeat(10_000);
        let plain = text.clone();
        for bytes in packed(&text).into_iter().chain([plain]) {
            assert_eq!(unpacked(&bytes, 60_000), Ok(text.clone()));
            let too_much = unpacked(&bytes, 59_999).unwrap_err();
            assert_eq!(too_much, "it holds more than the 1073741824 bytes that are read");
        }
        assert_eq!(unpacked(b"", 1), Ok(Vec::new()));
    }

    #[test]
    fn what_is_cut_off_or_broken_says_where() {
        for bytes in packed(&b"blank ".repeat(10_000)) {
            for cut in [5, 12, bytes.len() / 2, bytes.len() - 1] {
                let error = unpacked(&bytes[..cut], 60_000).unwrap_err();
                assert!(error.ends_with(" unpacked bytes: the file is cut off"), "{cut}: {error}");
            }
            let error = unpacked(&[&bytes[..], b"more"].concat(), 60_000).unwrap_err();
            assert!(error.contains(" data that breaks after 60000 unpacked bytes: "), "{error}");
        }
    }
}
