//! Reading any bytes ends with an answer or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qbxml::{ReadError, Reader};

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::new(bytes);
    loop {
        match reader.next() {
            Ok(Some(_)) | Err(ReadError::Object { .. }) => {}
            Ok(None) | Err(_) => break,
        }
    }
});
