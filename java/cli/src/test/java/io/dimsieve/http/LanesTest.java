package io.dimsieve.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.serve.ModelSlot;
import io.dimsieve.serve.ScoringModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanesTest {

  private static final byte[] BODY = "{\"rows\":[{\"site\":\"s1\"}]}".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  @Test
  void soManyAreScoredSoManyWaitTheRestIsRefused() throws InterruptedException, ExecutionException {
    ModelSlot slot = new ModelSlot(ScoringModel.open(ServedFiles.write(folder.resolve("a.model"), 1)));
    Semaphore gate = new Semaphore(0);
    CountDownLatch busy = new CountDownLatch(2);
    List<Scoring> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Lane lane = new Lane(slot.reader(1), 1);
      all.add(new Scoring() {
        @Override
        public String score(byte[] body) {
          busy.countDown();
          gate.acquireUninterruptibly();
          return lane.score(body);
        }

        @Override
        public void close() {
          lane.close();
        }
      });
    }
    Lanes lanes = new Lanes(all, 1);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        answers.add(threads.submit(() -> lanes.score(BODY)));
      }
      busy.await();
      while (lanes.admitted() < 3) {
        Thread.onSpinWait();
      }
      assertEquals(503, assertThrows(Refusal.class, () -> lanes.score(BODY)).status());
      assertEquals(3, lanes.admitted());
      gate.release(5);
      for (Future<String> answer : answers) {
        assertTrue(answer.get().startsWith("{\"model_version\":1,\"scores\":[0."), answer.get());
      }
      assertEquals(0, lanes.admitted());
      assertEquals(400, assertThrows(Refusal.class, () -> lanes.score(new byte[0])).status());
      assertTrue(lanes.score(BODY).contains("scores"), "a lane is free again after a refusal");
    } finally {
      threads.shutdownNow();
      lanes.close();
      slot.close();
    }
  }
}
