//! The encoding of protocol buffers, so far as events need it.
//!
//! A message is a sequence of fields; a field is a key `number << 3 | type` followed by its value. Types: 0 varint, 1 eight
//! bytes, 2 length and bytes, 5 four bytes. See <https://protobuf.dev/programming-guides/encoding/>.

/// A message in the making. Fields with the default value are left out, as proto3 does, except where said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    /// A whole number: `int32`, `int64`, `bool`, `enum`.
    pub(crate) fn varint(mut self, field: u8, value: u64) -> Self {
        if value != 0 {
            self.key(field, 0);
            self.raw_varint(value);
        }
        self
    }

    /// A `double`, 0 too: event files always say their wall time.
    pub(crate) fn double(mut self, field: u8, value: f64) -> Self {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A `float`, 0 too: within a `oneof` it says which value there is.
    pub(crate) fn float(mut self, field: u8, value: f32) -> Self {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A `string` or `bytes`.
    pub(crate) fn bytes(mut self, field: u8, value: &[u8]) -> Self {
        if !value.is_empty() {
            self.length_delimited(field, value);
        }
        self
    }

    /// A message within this one, empty ones too.
    pub(crate) fn message(mut self, field: u8, value: &Self) -> Self {
        self.length_delimited(field, &value.0);
        self
    }

    /// What was encoded.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn length_delimited(&mut self, field: u8, value: &[u8]) {
        self.key(field, 2);
        self.raw_varint(value.len() as u64);
        self.0.extend(value);
    }

    fn key(&mut self, field: u8, wire_type: u8) {
        self.raw_varint(u64::from(field) << 3 | u64::from(wire_type));
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    fn raw_varint(&mut self, mut value: u64) {
        loop {
            let low = value.to_le_bytes()[0] & 0x7f;
            value >>= 7;
            if value == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    /// The examples of the encoding guide.
    #[test]
    fn the_guide_s_examples() {
        assert_eq!(Message::default().varint(1, 150).as_bytes(), [0x08, 0x96, 0x01]);
        assert_eq!(Message::default().bytes(2, b"testing").as_bytes(), b"\x12\x07testing");
        let inner = Message::default().varint(1, 150);
        assert_eq!(Message::default().message(3, &inner).as_bytes(), [0x1a, 0x03, 0x08, 0x96, 0x01]);
    }

    #[test]
    fn defaults_are_left_out_only_where_they_say_nothing() {
        assert_eq!(Message::default().varint(2, 0).bytes(3, b"").as_bytes(), [0; 0]);
        assert_eq!(Message::default().float(2, 0.0).as_bytes(), [0x15, 0, 0, 0, 0]);
        assert_eq!(Message::default().message(9, &Message::default()).as_bytes(), [0x4a, 0]);
    }

    #[test]
    fn the_largest_number_takes_ten_bytes() {
        assert_eq!(Message::default().varint(1, u64::MAX).as_bytes().len(), 1 + 10);
    }
}
