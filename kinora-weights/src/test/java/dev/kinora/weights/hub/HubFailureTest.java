package dev.kinora.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kinora.weights.hub.FakeHub.Fault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Broken connections, refusals, contradictions and hostile listings. */
class HubFailureTest extends HubDouble {
    @Test
    void brokenConnectionsAreResumed() throws IOException {
        hub.fault(BIG, new Fault.Break(200_000), new Fault.Break(140_000), new Fault.Break(100_000));
        assertPulled(pull(), BIG);
        assertThat(hub.requests.stream().filter(r -> r.contains(" bytes="))).hasSize(3);
        assertThat(hub.count("HEAD /owner/model/resolve/" + FakeHub.COMMIT + "/" + BIG))
                .as("each try asks for a fresh address")
                .isEqualTo(4);
    }

    @Test
    void moreBreaksThanTriesAreFineAsLongAsBytesArrive() throws IOException {
        for (int i = 0; i < 2 * HubHttp.TRIES; i++) {
            hub.fault(BIG, new Fault.Break(40_000));
        }
        assertPulled(pull(), BIG);
    }

    @Test
    void serversThatCannotResume() throws IOException {
        hub.fault(BIG, new Fault.Break(200_000), new Fault.WholeFile());
        assertPulled(pull(), BIG);
        new HubCache(dir).remove(new RepoId(hub.repo));
        hub.fault(BIG, new Fault.Break(200_000), new Fault.WrongRange());
        assertPulled(pull(), BIG);
        new HubCache(dir).remove(new RepoId(hub.repo));
        hub.fault(BIG, new Fault.Break(200_000), new Fault.Status(416));
        assertPulled(pull(), BIG);
    }

    @Test
    void deadConnectionsEndInAnError() {
        for (int i = 0; i < HubHttp.TRIES; i++) {
            hub.fault(BIG, new Fault.Break(0));
        }
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.NETWORK);
        assertThat(e).hasMessageContaining("owner/model/" + BIG);
        assertThat(dir.resolve("models--owner--model/refs/main")).doesNotExist();
        assertThat(dir.resolve("models--owner--model/snapshots/" + FakeHub.COMMIT + "/" + BIG))
                .doesNotExist();
    }

    @Test
    void stalledConnectionsAreReplaced() throws IOException {
        hub.fault(BIG, new Fault.Stall(200_000));
        HubSettings impatient =
                new HubSettings(hub.uri(), dir, null, false, true, Duration.ofSeconds(20), Duration.ofMillis(300), 3);
        try (HubClient client = new HubClient(impatient, waits::add)) {
            assertPulled(client.pull(PullRequest.of(hub.repo), PullProgress.Listener.NONE, new Cancellation()), BIG);
        }
        assertThat(hub.requests.stream().filter(r -> r.contains(" bytes="))).hasSize(1);
    }

    @Test
    void cancelledPullsGoOnLater() throws IOException {
        hub.fault(BIG, new Fault.Stall(200_000));
        Cancellation cancellation = new Cancellation();
        try (HubClient client = client()) {
            assertThatThrownBy(() -> client.pull(
                            PullRequest.of(hub.repo).including(BIG),
                            p -> {
                                if (p.fileBytes() >= 200_000) {
                                    cancellation.cancel();
                                }
                            },
                            cancellation))
                    .isInstanceOfSatisfying(
                            HubException.class, e -> assertThat(e.kind()).isEqualTo(HubException.Kind.CANCELLED));
        }
        assertThat(dir.resolve("models--owner--model/refs/main")).doesNotExist();
        assertPulled(pull(), BIG);
        assertThat(hub.requests).anyMatch(r -> r.endsWith(" bytes=200000-"));
    }

    @Test
    void rateLimitsAreObeyed() throws IOException {
        hub.fault("api", new Fault.Status(429, "Retry-After: 7"));
        hub.fault("HEAD " + BIG, new Fault.Status(429, "RateLimit: \"api\";r=0;t=3"));
        hub.fault(BIG, new Fault.Status(503));
        assertPulled(pull(), BIG);
        Duration total = waits.stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(total).isEqualTo(Duration.ofSeconds(7 + 3).plus(HubHttp.backoff(1)));
    }

    @Test
    void endlessRateLimits() {
        for (int i = 0; i < HubHttp.TRIES; i++) {
            hub.fault("api", new Fault.Status(429, "Retry-After: 100000000"));
        }
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.RATE_LIMITED);
        assertThat(e).hasMessageContaining("status = 429").hasMessageContaining("fewer requests");
    }

    @Test
    void signedAddressesThatRanOut() throws IOException {
        hub.token = "hf_secret";
        hub.fault(BIG, new Fault.Break(200_000), new Fault.Status(403));
        assertPulled(pull(), BIG);
        assertThat(hub.requests.getLast()).doesNotContain("hf_secret");
    }

    @Test
    void refusals() {
        record Case(Fault.Status status, HubException.Kind kind, String message) {}
        for (Case c : List.of(
                new Case(
                        new Fault.Status(403, "X-Error-Code: GatedRepo"),
                        HubException.Kind.GATED,
                        "accept the repository's terms"),
                new Case(
                        new Fault.Status(401, "X-Error-Code: RepoNotFound"),
                        HubException.Kind.REPO_NOT_FOUND,
                        "or HF_TOKEN set for a private or gated one"),
                new Case(new Fault.Status(401), HubException.Kind.REPO_NOT_FOUND, "status = 401"),
                new Case(
                        new Fault.Status(401, "X-Error-Message: Invalid credentials in Authorization header"),
                        HubException.Kind.UNAUTHORIZED,
                        "a valid token in HF_TOKEN"),
                new Case(
                        new Fault.Status(403, "X-Error-Message: Access to this resource is disabled."),
                        HubException.Kind.DISABLED,
                        "not disabled"),
                new Case(new Fault.Status(403), HubException.Kind.FORBIDDEN, "status = 403"),
                new Case(
                        new Fault.Status(404, "X-Error-Code: RevisionNotFound"),
                        HubException.Kind.REVISION_NOT_FOUND,
                        "a branch, tag or commit"),
                new Case(new Fault.Status(418), HubException.Kind.SERVER, "status = 418"))) {
            hub.fault("api", c.status());
            HubException e = refused();
            assertThat(e.kind()).isEqualTo(c.kind());
            assertThat(e).hasMessageStartingWith("owner/model@main: ").hasMessageContaining(c.message());
        }
        hub.fault("HEAD vae/config.json", new Fault.Status(403, "X-Error-Code: GatedRepo"));
        assertThat(refused().kind()).isEqualTo(HubException.Kind.GATED);
        assertThat(catchThrowableOfType(HubException.class, () -> pull(PullRequest.of("no/where")))
                        .kind())
                .isEqualTo(HubException.Kind.REPO_NOT_FOUND);
    }

    @Test
    void contentIsHeldAgainstItsHash() throws IOException {
        hub.fault(BIG, new Fault.WrongByte());
        hub.fault("vae/config.json", new Fault.WrongByte());
        assertPulled(pull(), BIG, "vae/config.json");
        new HubCache(dir).remove(new RepoId(hub.repo));
        hub.fault("vae/config.json", new Fault.WrongByte(), new Fault.WrongByte());
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.CORRUPT);
        assertThat(names(dir.resolve("models--owner--model/snapshots")))
                .doesNotContain(FakeHub.COMMIT + "/vae/config.json");
    }

    @Test
    void repliesThatContradictTheListing() {
        for (String header : List.of("X-Repo-Commit", "X-Linked-Etag", "X-Linked-Size")) {
            hub.wrongHeaders.clear();
            hub.wrongHeaders.put(header, "1234");
            HubException e = refused();
            assertThat(e.kind()).isEqualTo(HubException.Kind.CORRUPT);
            assertThat(e).hasMessageContaining("1234");
        }
        hub.wrongHeaders.clear();
        hub.wrongHeaders.put("Location", "ftp://example/x");
        assertThat(refused()).hasMessageContaining("an https address");
    }

    @Test
    void hostileListings() {
        String file = "{\"sha\":\"" + FakeHub.COMMIT
                + "\",\"siblings\":[{\"rfilename\":\"%s\",\"size\":%s,\"blobId\":\"%s\"}]}";
        String blob = "a".repeat(40);
        for (String name :
                List.of("../x", "/x", "a/../../x", "a\\\\..\\\\x", "", "a//b", "C:x", "a\\u0000b", ".", "a/.")) {
            hub.listing = file.formatted(name, 1, blob);
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        for (String size : List.of("-1", "1.5", "\"1\"", "99999999999999999999", "null")) {
            hub.listing = file.formatted("config.json", size, blob);
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        for (String bad : List.of("../../../x", "", "zz")) {
            hub.listing = file.formatted("config.json", 1, bad);
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        for (String reply : List.of("", "[]", "{}", "{\"sha\":\"../..\"}", "<html>", "{".repeat(5000))) {
            hub.listing = reply.isEmpty() ? " " : reply;
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void roomIsCheckedBeforeAnythingIsFetched() {
        StringBuilder files = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            files.append(files.isEmpty() ? "" : ",")
                    .append("{\"rfilename\":\"" + i + ".safetensors\",\"size\":49000000000,\"blobId\":\"")
                    .append(String.format("%040x", i))
                    .append("\"}");
        }
        hub.listing = "{\"sha\":\"" + FakeHub.COMMIT + "\",\"siblings\":[" + files + "]}";
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.DISK_FULL);
        assertThat(e).hasMessageContaining("free space = ");
        hub.listing = "{\"sha\":\"" + FakeHub.COMMIT + "\",\"siblings\":["
                + "{\"rfilename\":\"a.safetensors\",\"size\":51000000000,\"blobId\":\"" + "a".repeat(40) + "\"}]}";
        assertThat(refused().kind()).isEqualTo(HubException.Kind.TOO_LARGE);
        assertThat(hub.requests).allMatch(r -> r.startsWith("GET /api/"));
    }

    @Test
    void anUnreachableHubLeavesTheCacheUsable() throws IOException {
        Path snapshot = pull();
        HubSettings gone = new HubSettings(
                URI.create("http://127.0.0.1:9"),
                dir,
                null,
                false,
                true,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1);
        try (HubClient client = new HubClient(gone, waits::add)) {
            assertThat(client.pull(PullRequest.of(hub.repo), PullProgress.Listener.NONE, new Cancellation()))
                    .isEqualTo(snapshot);
            assertThatThrownBy(() -> client.pull(
                            PullRequest.of(hub.repo).variant("fp16"), PullProgress.Listener.NONE, new Cancellation()))
                    .isInstanceOfSatisfying(
                            HubException.class, e -> assertThat(e.kind()).isEqualTo(HubException.Kind.NETWORK));
        }
    }
}
