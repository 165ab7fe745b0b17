package io.dimsieve.cli;

import io.dimsieve.model.Architecture;
import io.dimsieve.model.Architectures;
import java.util.ArrayList;

/** Names of all models, for help texts and completion. */
final class ModelNames extends ArrayList<String> {

  private static final long serialVersionUID = 1;

  ModelNames() {
    super(Architectures.all().stream().map(Architecture::name).toList());
  }
}
