//! Columns of a Parquet table, every cell of which may be empty.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Unsigned,
    Flag,
    Single,
    Double,
}

/// The cells of a column in one row group.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    Text(Vec<Option<String>>),
    Unsigned(Vec<Option<u64>>),
    Flag(Vec<Option<bool>>),
    Single(Vec<Option<f32>>),
    Double(Vec<Option<f64>>),
}

/// A table on its way out, one row group at a time: no more than a group is held in memory.
pub(super) struct TableWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
}

impl<W: Write + Send> TableWriter<W> {
    pub(super) fn new(out: W, columns: &[(String, Kind)]) -> Result<Self> {
        let fields = columns.iter().map(|(name, kind)| field(name, *kind).map(Arc::new));
        let schema = Type::group_type_builder("schema").with_fields(fields.collect::<Result<_>>()?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema.build()?), Arc::new(properties))?;
        Ok(Self { writer })
    }

    /// Writes rows: the cells of each column, in the order of the schema.
    pub(super) fn group(&mut self, columns: &[Cells]) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for cells in columns {
            let missing = || ParquetError::General("a column more than the schema has".to_owned());
            let mut column = group.next_column()?.ok_or_else(missing)?;
            match (column.untyped(), cells) {
                (ColumnWriter::ByteArrayColumnWriter(writer), Cells::Text(cells)) => {
                    let cells: Vec<Option<ByteArray>> =
                        cells.iter().map(|cell| cell.as_deref().map(ByteArray::from)).collect();
                    put(writer, &cells)?;
                }
                (ColumnWriter::Int64ColumnWriter(writer), Cells::Unsigned(cells)) => {
                    // The format has one kind of 64 bits; the schema says how to read them.
                    let bits: Vec<Option<i64>> =
                        cells.iter().map(|cell| cell.map(u64::cast_signed)).collect();
                    put(writer, &bits)?;
                }
                (ColumnWriter::BoolColumnWriter(writer), Cells::Flag(cells)) => put(writer, cells)?,
                (ColumnWriter::FloatColumnWriter(writer), Cells::Single(cells)) => put(writer, cells)?,
                (ColumnWriter::DoubleColumnWriter(writer), Cells::Double(cells)) => put(writer, cells)?,
                _ => {
                    return Err(ParquetError::General("a column of another kind than its schema".to_owned()));
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<()> {
        self.writer.close().map(|_| ())
    }
}

fn field(name: &str, kind: Kind) -> Result<Type> {
    let (physical, logical) = match kind {
        Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Unsigned => (PhysicalType::INT64, Some(LogicalType::integer(64, false))),
        Kind::Flag => (PhysicalType::BOOLEAN, None),
        Kind::Single => (PhysicalType::FLOAT, None),
        Kind::Double => (PhysicalType::DOUBLE, None),
    };
    let builder = Type::primitive_type_builder(name, physical).with_logical_type(logical);
    builder.with_repetition(Repetition::OPTIONAL).build()
}

fn put<T: DataType>(
    writer: &mut parquet::column::writer::ColumnWriterImpl<'_, T>,
    cells: &[Option<T::T>],
) -> Result<()> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
    writer.write_batch(&values, Some(&levels), None).map(|_| ())
}
