package io.dimsieve.encode;

/** UTF-8 of a text, one code point at a time, so that hashing and comparing a text needs no byte array. */
final class Utf8 {

  private Utf8() {}

  /** The code point at a position; a lone surrogate is '?', as in {@link String#getBytes(java.nio.charset.Charset)}. */
  static int codePoint(CharSequence text, int at) {
    char c = text.charAt(at);
    if (!Character.isSurrogate(c)) {
      return c;
    }
    if (Character.isHighSurrogate(c) && at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))) {
      return Character.toCodePoint(c, text.charAt(at + 1));
    }
    return '?';
  }

  /** Its 1 to 4 bytes, the first in the lowest 8 bits; no byte after the first is 0, so 0 above ends them. */
  static int bytes(int codePoint) {
    if (codePoint < 0x80) {
      return codePoint;
    }
    int last = 0x80 | codePoint & 0x3f;
    if (codePoint < 0x800) {
      return 0xc0 | codePoint >> 6 | last << 8;
    }
    int middle = 0x80 | codePoint >> 6 & 0x3f;
    if (codePoint < 0x10000) {
      return 0xe0 | codePoint >> 12 | middle << 8 | last << 16;
    }
    return 0xf0 | codePoint >> 18 | (0x80 | codePoint >> 12 & 0x3f) << 8 | middle << 16 | last << 24;
  }
}
