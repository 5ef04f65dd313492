#include "commands.hpp"

#include "chacha_streams.hpp"
#include "independent_verifier.hpp"
#include "instance_file.hpp"
#include "mps_text.hpp"
#include "peer_process.hpp"

#include <papervault/engine/assembly_draw.hpp>
#include <papervault/engine/assembly_optimiser.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace papervault::assembly_bench {

namespace {

using engine::AssemblyProblem;
using Goal = AssemblyProblem::Goal;

/// A folder of our own that goes when the run ends.
class WorkFolder {
public:
    WorkFolder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "papervault-ata-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) { throw std::runtime_error{"cannot make a folder for the peers"}; }
        path_ = pattern;
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    ~WorkFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

/// What one solver said, verified.
struct Answer {
    std::string solver;
    bool found = false;
    bool verified = false;
    double objective = 0;
    double cpu_seconds = 0; ///< For a draw: of one form.
    std::string note;
};

void show(const AssemblyProblem& problem, const Answer& answer, double forms_per_second)
{
    fmt::print("{{\"instance\": \"{}\", \"solver\": \"{}\", \"found\": {}, \"verified\": {}, ", problem.name,
               answer.solver, answer.found, answer.verified);
    if (forms_per_second > 0) {
        fmt::print("\"forms_per_s\": {:.3f}, ", forms_per_second);
    } else {
        fmt::print("\"objective\": {:.8f}, ", answer.objective);
    }
    fmt::print("\"cpu_s\": {:.5f}, \"note\": \"{}\"}}\n", answer.cpu_seconds, answer.note);
    std::fflush(stdout);
}

std::optional<FormList> forms_of(const std::vector<std::string>& names, std::uint32_t form_count)
{
    std::vector<std::vector<std::uint32_t>> forms(form_count);
    for (const std::string& name : names) {
        const std::size_t bar = name.find('_');
        if (name.empty() || name.front() != 'x' || bar == std::string::npos) { continue; }
        const std::size_t form = std::stoul(name.substr(1, bar - 1));
        if (form >= form_count) { return std::nullopt; }
        forms[form].push_back(static_cast<std::uint32_t>(std::stoul(name.substr(bar + 1))));
    }
    FormList list;
    for (const auto& form : forms) {
        if (form.empty()) { return std::nullopt; }
        list.add(form);
    }
    return list;
}

void judge(const IndependentVerifier& verifier, const std::optional<FormList>& forms, Answer& answer)
{
    answer.found = forms.has_value();
    if (!forms) { return; }
    const Verdict verdict = verifier.check_set(*forms);
    answer.verified = verdict.fault_count == 0;
    answer.objective = static_cast<double>(verdict.objective);
    if (!answer.verified) { answer.note += " refused by the verifier: " + verdict.faults.front(); }
}

/// GLPK numbers columns from 1: lines `j column value`.
std::vector<std::string> read_glpk(const std::string& path, const std::vector<std::string>& columns)
{
    std::vector<std::string> names;
    if (!std::filesystem::exists(path)) { return names; }
    std::istringstream lines{read_text_file(path)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string kind;
        std::size_t column = 0;
        double value = 0;
        if (words >> kind >> column >> value && kind == "j" && column >= 1 && column <= columns.size() && value > 0.5) {
            names.push_back(columns[column - 1]);
        }
    }
    return names;
}

/// CBC: a headline, then `number name value cost`, with ** before what breaks a bound.
std::vector<std::string> read_cbc(const std::string& path, std::string& note)
{
    std::vector<std::string> names;
    if (!std::filesystem::exists(path)) { return names; }
    std::istringstream lines{read_text_file(path)};
    std::string line;
    std::getline(lines, line);
    note = line.substr(0, line.find(" - "));
    if (line.contains("no integer solution") || line.contains("nfeasible")) { return names; }
    while (std::getline(lines, line)) {
        std::istringstream words{line.substr(line.find_first_not_of("* "))};
        std::size_t number = 0;
        std::string name;
        double value = 0;
        if (words >> number >> name >> value && value > 0.5) { names.push_back(name); }
    }
    return names;
}

class Comparison {
public:
    explicit Comparison(const CompareOptions& options)
        : options_{options}, text_{read_text_file(options.instance)}, verifier_{text_}
    {
        auto problem = engine::assembly_problem_from_text(text_);
        if (!problem) { throw std::runtime_error{problem.error().detail}; }
        problem_ = std::move(*problem);
    }

    int run()
    {
        const bool draws = problem_.goal == Goal::band && problem_.form_count == 1;
        const int core = stay_on_this_core();
        fmt::print("# {}: every solver on core {}, CPU time, answers judged by the independent verifier\n",
                   problem_.name, core);
        const MpsModel model = mps_model(problem_, draws ? options_.seed : 0);
        model_file_ = folder_.path() + "/model.mps";
        write_text_file(model_file_, model.text);
        draws ? draw_ours() : solve_ours();
        run_highs(draws);
        run_glpk(model, draws);
        run_cbc(draws);
        draws ? show_draw_ratios() : show_solve_ratios();
        return is_right_ ? 0 : 1;
    }

private:
    [[nodiscard]] bool is_better(double left, double right) const
    {
        return problem_.goal == Goal::minimax ? left < right : left > right;
    }
    static void skip(const std::string& solver, const std::string& why)
    {
        fmt::print("# SKIPPED {}: {}\n", solver, why);
        fmt::print(stderr, "SKIPPED {}: {}\n", solver, why);
    }

    void solve_ours()
    {
        for (const double seconds : options_.seconds) {
            const ChaChaStreams streams{options_.seed};
            const double start = cpu_seconds();
            engine::AssemblyEffort effort;
            effort.steps = UINT64_MAX;
            effort.is_over = [&] { return cpu_seconds() - start >= seconds; };
            const auto solved = engine::assemble(problem_, streams, effort);
            Answer answer{"papervault", false, false, 0, cpu_seconds() - start, fmt::format("limit {} s", seconds)};
            std::optional<FormList> forms;
            if (solved && !solved->forms.empty()) {
                forms.emplace();
                for (const auto& form : solved->forms) { forms->add(form); }
                if (!solved->bound.empty()) { answer.note += ", bound " + solved->bound; }
                if (solved->is_optimal) { answer.note += ", proved"; }
            }
            judge(verifier_, forms, answer);
            is_right_ = is_right_ && (!answer.found || answer.verified);
            show(problem_, answer, 0);
            ours_.push_back(answer);
        }
    }

    void draw_ours()
    {
        const ChaChaStreams streams{options_.seed};
        const auto drawer = engine::AssemblyDrawer::compile(problem_, streams);
        if (!drawer) { throw std::runtime_error{drawer.error().detail}; }
        std::vector<std::uint32_t> items(options_.forms * problem_.length);
        engine::AssemblyDrawer::Scratch scratch{*drawer};
        const double start = cpu_seconds();
        std::size_t drawn = 0;
        for (std::size_t form = 0; form < options_.forms; ++form) {
            drawn +=
                drawer->draw(streams, form, scratch, std::span{items}.subspan(form * problem_.length, problem_.length))
                    ? 1
                    : 0;
        }
        Answer answer{"papervault",
                      drawn == options_.forms,
                      false,
                      0,
                      cpu_seconds() - start,
                      fmt::format("{} forms, {} failures", options_.forms, options_.forms - drawn)};
        FormList forms;
        forms.items = std::move(items);
        for (std::size_t form = 1; form <= options_.forms; ++form) { forms.begins.push_back(form * problem_.length); }
        answer.verified = verifier_.check_each(forms).fault_count == 0;
        is_right_ = answer.verified && answer.found;
        answer.cpu_seconds /= static_cast<double>(options_.forms);
        show(problem_, answer, 1 / answer.cpu_seconds);
        ours_.push_back(answer);
    }

    void take(const Answer& answer, bool draws)
    {
        show(problem_, answer, draws && answer.found ? 1 / answer.cpu_seconds : 0);
        peers_.push_back(answer);
    }

    void run_highs(bool draws)
    {
        const std::string script = options_.peer_folder + "/highs_solve.mjs";
        if (!std::filesystem::exists(options_.peer_folder + "/node_modules/highs")) {
            skip("HiGHS", "run `npm ci` in " + options_.peer_folder);
            return;
        }
        std::vector<std::string> command{"node", script, model_file_, fmt::format("{}", options_.peer_seconds)};
        if (draws) { command.push_back(std::to_string(options_.peer_forms)); }
        const double limit = options_.peer_seconds * (draws ? static_cast<double>(options_.peer_forms) : 1) + 120;
        const PeerRun run = run_peer(command, folder_.path(), limit);
        if (!run.has_started) {
            skip("HiGHS", "there is no node");
            return;
        }
        std::istringstream lines{run.output};
        Answer all{"HiGHS", false, false, 0, 0, ""};
        double used = 0;
        std::size_t right = 0;
        for (std::string line; std::getline(lines, line);) {
            boost::system::error_code failed;
            const auto value = boost::json::parse(line, failed);
            if (failed || !value.is_object()) { continue; }
            std::vector<std::string> names;
            for (const auto& name : value.at("chosen").as_array()) { names.emplace_back(name.as_string()); }
            Answer answer{"HiGHS", false, false, 0, value.at("cpu_s").to_number<double>(), "in process"};
            judge(verifier_, forms_of(names, problem_.form_count), answer);
            used += answer.cpu_seconds;
            right += answer.verified ? 1 : 0;
            all = answer;
        }
        if (draws) {
            all.found = right > 0;
            all.cpu_seconds = right > 0 ? used / static_cast<double>(right) : used;
            all.note = fmt::format("in process, {} forms", right);
        }
        if (run.was_stopped) { all.note += ", stopped"; }
        take(all, draws);
    }

    void run_glpk(const MpsModel& model, bool draws)
    {
        const std::string out = folder_.path() + "/glpk.out";
        const PeerRun run = run_peer(
            {"glpsol", "--freemps", model_file_, "--tmlim", fmt::format("{:.0f}", options_.peer_seconds), "-w", out},
            folder_.path(), options_.peer_seconds + 120);
        if (!run.has_started) {
            skip("GLPK", "there is no glpsol (Debian package glpk-utils)");
            return;
        }
        Answer answer{"GLPK", false, false, 0, run.cpu_seconds, "a process"};
        judge(verifier_, forms_of(read_glpk(out, model.columns), problem_.form_count), answer);
        take(answer, draws);
    }

    void run_cbc(bool draws)
    {
        const std::string out = folder_.path() + "/cbc.out";
        const PeerRun run =
            run_peer({"cbc", model_file_, "sec", fmt::format("{}", options_.peer_seconds), "solve", "solution", out},
                     folder_.path(), options_.peer_seconds + 120);
        if (!run.has_started) {
            skip("CBC", "there is no cbc (Debian package coinor-cbc)");
            return;
        }
        std::string note;
        const auto names = read_cbc(out, note);
        Answer answer{"CBC", false, false, 0, run.cpu_seconds, "a process; " + note};
        judge(verifier_, forms_of(names, problem_.form_count), answer);
        take(answer, draws);
    }

    void show_draw_ratios() const
    {
        for (const Answer& peer : peers_) {
            if (!peer.verified) { continue; }
            fmt::print("# {} x {} (forms a second of CPU)\n",
                       static_cast<long>(peer.cpu_seconds / ours_[0].cpu_seconds), peer.solver);
        }
    }

    void show_solve_ratios() const
    {
        const Answer* best = nullptr;
        for (const Answer& peer : peers_) {
            if (!peer.verified) { continue; }
            const bool is_quicker =
                best != nullptr && peer.objective == best->objective && peer.cpu_seconds < best->cpu_seconds;
            if (best == nullptr || is_better(peer.objective, best->objective) || is_quicker) { best = &peer; }
        }
        for (const Answer& our : ours_) {
            if (!our.verified) {
                fmt::print("# papervault found nothing in {:.2f} s\n", our.cpu_seconds);
            } else if (best == nullptr) {
                fmt::print("# no peer found anything; papervault {:.6f} in {:.2f} s\n", our.objective, our.cpu_seconds);
            } else {
                fmt::print("# papervault in {:.2f} s: {:.4f} x the best peer ({}, {:.1f} s), {:.1f} x its time\n",
                           our.cpu_seconds, our.objective / best->objective, best->solver, best->cpu_seconds,
                           best->cpu_seconds / our.cpu_seconds);
            }
        }
    }

    const CompareOptions& options_;
    WorkFolder folder_;
    std::string text_;
    IndependentVerifier verifier_;
    AssemblyProblem problem_;
    std::string model_file_;
    std::vector<Answer> ours_;
    std::vector<Answer> peers_;
    bool is_right_ = true;
};

} // namespace

int compare_command(const CompareOptions& options)
{
    return Comparison{options}.run();
}

} // namespace papervault::assembly_bench
