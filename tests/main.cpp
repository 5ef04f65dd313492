// Runs the tests of a program. Exit code 77 when none failed but some were skipped, so that whoever called it hears of
// it.
#include <gmock/gmock.h>

int main(int count, char** words)
{
    testing::InitGoogleMock(&count, words);
    const int failed = RUN_ALL_TESTS();
    const bool skipped = testing::UnitTest::GetInstance()->skipped_test_count() > 0;
    return failed != 0 ? failed : skipped ? 77 : 0;
}
