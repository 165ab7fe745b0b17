package io.dimsieve.cli;

import io.dimsieve.DimsieveException;
import io.dimsieve.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The {@code dimsieve} command. Exit codes: 0 done; 2 usage or configuration; 3 data; 4 model, dataset, plan or checkpoint file; 5 native; 6 training
 * diverged; 70 a defect of Dimsieve; 130 interrupted. An error is one line on standard error.
 */
@Command(
    name = "dimsieve",
    version = "dimsieve 0.1.0",
    mixinStandardHelpOptions = true,
    description = "Learns how many embedding dimensions each field of a CTR model needs, removes the rest, and serves what is left.",
    subcommands = {
      DemoCommand.class,
      PrepareCommand.class,
      GenerateCommand.class,
      TrainCommand.class,
      SearchCommand.class,
      CompareCommand.class,
      CompactCommand.class,
      RetrainCommand.class,
      EvaluateCommand.class,
      ScoreCommand.class,
      ServeCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      InspectCommand.class,
      ProfileCommand.class,
      DoctorCommand.class,
    })
public final class Main {

  private static final int DEFECT = 70;
  private static final int INTERRUPTED = 130;
  private static final int GRACE_SECONDS = 60;

  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile boolean runsUntilStopped;
  private volatile int code = DEFECT;

  @Option(names = "--quiet", description = "no progress", scope = CommandLine.ScopeType.INHERIT)
  private boolean quiet;

  @Option(names = "--debug", description = "stack traces of errors", scope = CommandLine.ScopeType.INHERIT)
  private boolean debug;

  public static void main(String[] arguments) {
    Main main = new Main();
    CountDownLatch ended = new CountDownLatch(1);
    // Ctrl-C: long work stops at the next step and writes its checkpoint before the process ends.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> main.interrupt(ended)));
    try {
      main.code = main.run(arguments);
    } catch (Error e) { // out of memory, a class or library that cannot be loaded: picocli hands on exceptions only
      main.defect(e, new PrintWriter(System.err, true));
    } finally {
      ended.countDown();
    }
    System.exit(main.exitCode());
  }

  /** Runs a command line and gives its exit code. */
  int run(String... arguments) {
    CommandLine line = new CommandLine(this);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.getSubcommands().get("profile").setStopAtPositional(true); // what follows the verb that it runs is that verb's
    line.setParameterExceptionHandler((e, rest) -> {
      e.getCommandLine().getErr().println("dimsieve: " + oneLine(e.getMessage()) + " (see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help)");
      return CommandLine.ExitCode.USAGE;
    });
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      if (!(e instanceof DimsieveException known)) {
        defect(e, command.getErr());
        return DEFECT;
      }
      if (debug) {
        e.printStackTrace(command.getErr());
      }
      command.getErr().println("dimsieve: " + oneLine(known.getMessage()));
      return known.exitCode();
    });
    if (arguments.length == 0) {
      line.usage(line.getOut());
      return CommandLine.ExitCode.USAGE;
    }
    return line.execute(arguments);
  }

  /** Where a verb reports progress: the launcher tells whether standard error is a terminal, Java alone cannot (System.console asks other streams). */
  Progress progress() {
    return quiet ? Progress.NONE : new ConsoleProgress(System.err, Boolean.getBoolean("dimsieve.terminal"));
  }

  /** True once somebody asked to stop. */
  BooleanSupplier stopRequested() {
    return this::isStopped;
  }

  private boolean isStopped() {
    return stop.getCount() == 0;
  }

  /** Waits, for so long at most, for somebody to ask to stop, which is how the verb that calls this ends: its own exit code counts, not that of an interruption. */
  boolean awaitStop(Duration atMost) throws InterruptedException {
    runsUntilStopped = true;
    return stop.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private int exitCode() {
    return isStopped() && !runsUntilStopped ? INTERRUPTED : code;
  }

  private void defect(Throwable e, PrintWriter err) {
    if (debug) {
      e.printStackTrace(err);
    }
    err.println("dimsieve: defect: " + oneLine(e.toString()) + (debug ? "" : " (run with --debug for the stack trace)"));
  }

  private void interrupt(CountDownLatch ended) {
    if (ended.getCount() > 0) {
      stop.countDown();
      boolean done = false;
      try {
        done = ended.await(GRACE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Runtime.getRuntime().halt(done ? exitCode() : INTERRUPTED);
    }
  }

  private static String oneLine(String message) {
    return message == null ? "no message" : message.lines().findFirst().orElse("");
  }
}
