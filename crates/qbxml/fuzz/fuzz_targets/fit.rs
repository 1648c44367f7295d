//! Fitted text is representable, within the limit, and stays as it is when fitted again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qbxml::text;

fuzz_target!(|input: (&str, u8)| {
    let (input, max) = (input.0, usize::from(input.1));
    for made in [text::fit(input, max), text::name(input, max)] {
        assert!(text::representable(&made));
        assert!(made.chars().count() <= max);
        assert_eq!(text::fit(&made, max), made);
    }
    let name = text::name(input, max);
    assert_eq!(text::name(&name, max), name);
});
