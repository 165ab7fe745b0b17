package io.dimsieve.cli.input;

/** Cuts lines at every tab. */
final class TabSplitter implements LineSource.Splitter {

  private static final long TABS = '\t' * Words.ONES;

  @Override
  public void split(byte[] bytes, int from, int to, Columns columns) {
    int start = from;
    for (int at = from; at < to; at += Long.BYTES) {
      for (long tabs = Words.same(Words.at(bytes, at), TABS); tabs != 0; tabs &= tabs - 1) {
        int tab = at + Words.first(tabs);
        if (tab >= to) {
          break;
        }
        columns.add(start, tab);
        start = tab + 1;
      }
    }
    columns.add(start, to);
  }
}
