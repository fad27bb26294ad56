//! What pictures may look like, and what becomes of those that are none.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Cursor;
use std::path::Path;

use affekt_face::{DecodeError, DecodeLimits, decode, load};
use image::{DynamicImage, ImageFormat, Luma, Rgb, RgbImage, Rgba};

const RED: [u8; 3] = [250, 10, 20];

fn limits() -> DecodeLimits {
    DecodeLimits::new(1 << 20, 1 << 20).unwrap()
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn pattern(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 37 + y * 11) % 256, (x * x + y) % 256, (y * 53) % 256].map(|v| u8::try_from(v).unwrap()))
    })
    .into()
}

/// A small JPEG whose EXIF block says how to turn it.
fn jpeg_with_orientation(orientation: u8) -> Vec<u8> {
    let mut picture = RgbImage::from_pixel(32, 16, Rgb([0, 0, 0]));
    for (_, _, pixel) in picture.enumerate_pixels_mut().filter(|(x, _, _)| *x < 16) {
        *pixel = Rgb([255, 255, 255]);
    }
    let jpeg = encode(&picture.into(), ImageFormat::Jpeg);
    let mut exif = b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif.truncate(2 + 0x22);
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

#[test]
fn every_format_and_depth_becomes_rgb8() {
    let [r, g, b] = RED;
    let wide = |v: u8| u16::from(v) * 257;
    let pictures: Vec<DynamicImage> = vec![
        RgbImage::from_pixel(9, 7, Rgb(RED)).into(),
        image::RgbaImage::from_pixel(9, 7, Rgba([r, g, b, 128])).into(),
        image::ImageBuffer::<Rgb<u16>, _>::from_pixel(9, 7, Rgb(RED.map(wide))).into(),
        image::ImageBuffer::<Rgba<u16>, _>::from_pixel(9, 7, Rgba([r, g, b, 9].map(wide))).into(),
    ];
    for picture in &pictures {
        let decoded = decode(&encode(picture, ImageFormat::Png), limits()).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (9, 7));
        assert!(decoded.rgb().chunks_exact(3).all(|pixel| pixel == RED), "{:?}", picture.color());
    }
    for format in [ImageFormat::Bmp, ImageFormat::WebP] {
        let decoded = decode(&encode(&pictures[0], format), limits()).unwrap();
        assert!(decoded.rgb().chunks_exact(3).all(|pixel| pixel == RED), "{format:?}");
    }
}

#[test]
fn grey_becomes_three_equal_channels() {
    let eight: DynamicImage = image::GrayImage::from_pixel(5, 5, Luma([77])).into();
    let sixteen: DynamicImage =
        image::ImageBuffer::<Luma<u16>, Vec<u16>>::from_pixel(5, 5, Luma([77 * 257])).into();
    for bytes in [
        encode(&eight, ImageFormat::Png),
        encode(&eight, ImageFormat::Jpeg),
        encode(&sixteen, ImageFormat::Png),
    ] {
        assert_eq!(decode(&bytes, limits()).unwrap().rgb().as_ref(), [77; 75]);
    }
}

#[test]
fn cmyk_jpeg_becomes_rgb() {
    // Magenta and yellow at full: red.
    let decoded = decode(include_bytes!("testdata/cmyk.jpg"), limits()).unwrap();
    for pixel in decoded.rgb().chunks_exact(3) {
        assert!(pixel[0] > 240 && pixel[1] < 15 && pixel[2] < 15, "{pixel:?}");
    }
}

#[test]
fn exif_orientation_is_applied() {
    let upright = decode(&jpeg_with_orientation(1), limits()).unwrap();
    assert_eq!((upright.width(), upright.height()), (32, 16));
    // 6: the camera was turned; a quarter turn clockwise puts the white left half on top.
    let turned = decode(&jpeg_with_orientation(6), limits()).unwrap();
    assert_eq!((turned.width(), turned.height()), (16, 32));
    assert!(turned.rgb()[0] > 200 && turned.rgb()[turned.rgb().len() - 1] < 50);
}

#[test]
fn content_decides_not_the_extension() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("really_a_png.jpg");
    std::fs::write(&path, encode(&pattern(12, 8), ImageFormat::Png)).unwrap();
    assert_eq!(load(&path, limits()).unwrap().width(), 12);
}

#[test]
fn every_truncation_of_a_jpeg_is_an_error() {
    for whole in
        [encode(&pattern(40, 30), ImageFormat::Jpeg), include_bytes!("testdata/progressive.jpg").to_vec()]
    {
        assert!(decode(&whole, limits()).is_ok());
        for n in 1..whole.len() {
            assert!(decode(&whole[..n], limits()).is_err(), "{n} of {} bytes were accepted", whole.len());
        }
    }
}

#[test]
fn every_truncation_inside_the_pixels_of_other_formats_is_an_error() {
    for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP] {
        let whole = encode(&pattern(40, 30), format);
        // A PNG is complete without its last chunk, IEND, of 12 bytes and the checksum before it.
        let end = if format == ImageFormat::Png { whole.len() - 16 } else { whole.len() };
        for n in 1..end {
            assert!(decode(&whole[..n], limits()).is_err(), "{format:?}: {n} of {} bytes", whole.len());
        }
    }
}

#[test]
fn missing_empty_unreadable_and_folder_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("empty.jpg"), b"").unwrap();
    std::fs::write(at("text.jpg"), b"<html>404</html>").unwrap();
    let load = |path: &Path| load(path, limits()).unwrap_err();
    assert!(matches!(load(&at("none.jpg")), DecodeError::Missing { .. }));
    assert!(matches!(load(&at("text.jpg/none.jpg")), DecodeError::Missing { .. }));
    assert!(matches!(load(&at("empty.jpg")), DecodeError::Empty));
    assert!(matches!(load(&at("text.jpg")), DecodeError::Format { begins } if begins == "3c68746d6c3e3430"));
    assert!(matches!(load(folder.path()), DecodeError::Io { .. }));
}

#[test]
fn too_many_bytes_are_refused_before_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse.jpg");
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let error = load(&path, limits()).unwrap_err();
    assert!(matches!(error, DecodeError::Oversized { what: "bytes", limit: 1_048_576, .. }), "{error}");
}

#[test]
fn too_many_pixels_are_refused() {
    let bytes = encode(&pattern(40, 30), ImageFormat::Png);
    let error = decode(&bytes, DecodeLimits::new(1199, 1 << 20).unwrap()).unwrap_err();
    assert!(matches!(error, DecodeError::Oversized { what: "pixels", got: 1200, limit: 1199 }), "{error}");
    assert!(decode(&bytes, DecodeLimits::new(1200, 1 << 20).unwrap()).is_ok());
}

#[test]
fn limits_of_zero_and_unknown_keys_are_refused() {
    assert!(DecodeLimits::new(0, 1).is_err() && DecodeLimits::new(1, 0).is_err());
    let parse = serde_json::from_str::<DecodeLimits>;
    assert!(parse(r#"{"max_pixels": 1, "max_bytes": 1}"#).is_ok());
    assert!(parse(r#"{"max_pixels": 1, "max_bytes": 1, "max": 1}"#).is_err());
    assert!(parse(r#"{"max_pixels": 1, "max_bytes": 0}"#).is_err());
}
