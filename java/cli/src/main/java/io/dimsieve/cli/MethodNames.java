package io.dimsieve.cli;

import io.dimsieve.search.SearchMethod;
import io.dimsieve.search.SearchMethods;
import java.util.ArrayList;

/** Names of all search methods, for help texts and completion. */
final class MethodNames extends ArrayList<String> {

  private static final long serialVersionUID = 1;

  MethodNames() {
    super(SearchMethods.all().stream().map(SearchMethod::name).toList());
  }
}
