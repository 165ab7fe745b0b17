package io.dimsieve.file;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The real file system with faults, after Lucene's MockDirectoryWrapper: the n-th write, fsync, rename or delete fails (once, or it and all
 * that follow, as after a power cut), and it is known which files have content that was never synced.
 */
final class FaultyFiles extends FileSystemProvider {

  private final FileSystemProvider real = FileSystems.getDefault().provider();
  private final int failing;
  private final boolean forGood;
  private final Set<Path> unsynced = new TreeSet<>();
  private int operations;

  /** Fails operation {@code failing}, counted from 1; {@code forGood}: and every later one. */
  FaultyFiles(int failing, boolean forGood) {
    this.failing = failing;
    this.forGood = forGood;
  }

  /** Operations so far. */
  int operations() {
    return operations;
  }

  /** Real paths of the files whose content may be lost in a power cut. */
  Set<Path> unsynced() {
    return unsynced;
  }

  /** A path of this file system. */
  Path path(Path path) {
    return (Path) Proxy.newProxyInstance(Path.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
      if (method.getName().equals("getFileSystem")) {
        return fileSystem;
      }
      Object[] unwrapped = arguments == null ? new Object[0] : arguments.clone();
      for (int i = 0; i < unwrapped.length; i++) {
        unwrapped[i] = unwrapped[i] instanceof Path other ? real(other) : unwrapped[i];
      }
      try {
        Object result = method.getName().equals("hashCode") ? path.hashCode() : method.invoke(path, unwrapped);
        return result instanceof Path other ? path(other) : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    });
  }

  private static Path real(Path path) {
    return Path.of(path.toString());
  }

  /** Counts an operation; whether it must fail. */
  boolean fails() {
    operations++;
    return operations == failing || forGood && operations > failing;
  }

  void operation() throws IOException {
    if (fails()) {
      throw new IOException("injected fault " + operations);
    }
  }

  @Override
  public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
    return new FaultyChannel(this, real(path), real.newFileChannel(real(path), options, attributes));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    operation();
    real.move(real(source), real(target), options);
    unsynced.remove(real(target));
    if (unsynced.remove(real(source))) {
      unsynced.add(real(target));
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    operation();
    real.delete(real(path));
    unsynced.remove(real(path));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(real(path), type, options);
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(real(path), modes);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(Path path, DirectoryStream.Filter<? super Path> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real.isSameFile(real(path), real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(real(path));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
    return real.getFileAttributeView(real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
    return real.readAttributes(real(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  private final FileSystem fileSystem = new FileSystem() {

    @Override
    public FileSystemProvider provider() {
      return FaultyFiles.this;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return Set.of("basic");
    }

    @Override
    public Path getPath(String first, String... more) {
      return path(Path.of(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
      throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
      throw new UnsupportedOperationException();
    }
  };
}
